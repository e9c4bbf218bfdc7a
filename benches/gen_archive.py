#!/usr/bin/env python3
"""Writes a synthetic archive of HL7 v2 messages for benches/compare.py.

The same arguments always give the same bytes. All people, places and values are made up: names
and codes are drawn from short lists by a seeded generator, nothing comes from a real system.

usage: gen_archive.py OUT TARGET_MB [SEED] [--seg CR|LF|CRLF] [--sep nl|blank|none|mllp]
Segments end with CR (default); every message is followed by one LF, so each
message is exactly one '\n'-terminated line: MSH...<CR>PID...<CR>...<CR><LF>
"""
import random, sys, argparse
ap = argparse.ArgumentParser()
ap.add_argument("out"); ap.add_argument("mb", type=float); ap.add_argument("seed", type=int, nargs="?", default=7)
ap.add_argument("--seg", default="CR", choices=["CR", "LF", "CRLF"])
ap.add_argument("--sep", default="nl", choices=["nl", "blank", "none", "mllp"])
a = ap.parse_args()
R = random.Random(a.seed)
FN = "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Karen Carlos Ana Jose Maria Wei Li Yuki Hiro Fatima Omar Aisha Ivan Olga Sven Ingrid Luca Giulia Noah Emma Liam Olivia".split()
LN = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin O'Brien McDonald Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Van-Houten Müller Núñez".split()
ST = "Main Oak Maple Cedar Elm Washington Lake Hill Park Pine Sunset Lincoln Jefferson Church River".split()
CI = [("Boston","MA","02101"),("Nashville","TN","37203"),("Denver","CO","80202"),("Austin","TX","78701"),("Seattle","WA","98101"),("Miami","FL","33101"),("Chicago","IL","60601"),("Portland","OR","97201"),("Phoenix","AZ","85001"),("Omaha","NE","68102")]
APPS = [("EPIC","GOODHEALTH"),("CERNER","MERCY"),("MEDITECH","STLUKES"),("LABSYS","CENTRALLAB"),("RADIS","IMAGING"),("SCHED","AMBCLINIC"),("BILLSYS","PFS")]
RAPPS = [("HUB","ENTERPRISE"),("EHR","MERCY"),("WAREHOUSE","ANALYTICS"),("LIS","CENTRALLAB")]
VERS = ["2.3","2.3.1","2.4","2.5","2.5.1","2.5.1","2.5.1","2.7"]
TESTS = [("718-7","Hemoglobin","g/dL","12.0-16.0",7,18,1),("4544-3","Hematocrit","%","36.0-46.0",25,55,1),("6690-2","Leukocytes","10*3/uL","4.5-11.0",2,20,1),("777-3","Platelets","10*3/uL","150-400",50,600,0),("2345-7","Glucose","mg/dL","70-99",50,400,0),("2160-0","Creatinine","mg/dL","0.6-1.3",0.3,6,2),("3094-0","Urea nitrogen","mg/dL","7-20",3,80,0),("2951-2","Sodium","mmol/L","136-145",120,160,0),("2823-3","Potassium","mmol/L","3.5-5.1",2.5,7,1),("2075-0","Chloride","mmol/L","98-107",85,120,0),("1742-6","ALT","U/L","7-56",5,300,0),("1920-8","AST","U/L","10-40",5,300,0),("1975-2","Bilirubin.total","mg/dL","0.1-1.2",0.1,10,1),("17861-6","Calcium","mg/dL","8.5-10.2",6,14,1),("2885-2","Protein","g/dL","6.0-8.3",4,10,1),("1751-7","Albumin","g/dL","3.5-5.0",2,6,1),("14627-4","Bicarbonate","mmol/L","22-29",10,40,0),("5902-2","Prothrombin time","s","11-13.5",9,40,1),("6301-6","INR","{INR}","0.8-1.1",0.7,6,1),("30341-2","ESR","mm/h","0-20",0,120,0)]
NOTES = ["Patient tolerated procedure well \\T\\ was discharged in stable condition.","Specimen slightly hemolyzed; result may be affected.","Repeat in 4 weeks if clinically indicated.\\.br\\Call lab at x4471 with questions.","History: CHF \\T\\ COPD\\F\\ on home O2 \\S\\ 2L NC.","Impression: No acute cardiopulmonary process. \\H\\Follow up\\N\\ as clinically indicated.","See comment \\R\\1\\R\\ in prior report. Path: C:\\E\\LAB\\E\\OUT","Verified by repeat analysis.","Result phoned to Dr. Patel, read back and verified.","Temp 38.2\\XB0\\C at triage. Mucous membranes dry. Abdomen soft, non-tender, no rebound or guarding."]
DX = [("I10","Essential hypertension"),("E11.9","Type 2 diabetes mellitus without complications"),("J44.1","COPD w acute exacerbation"),("N17.9","Acute kidney failure, unspecified"),("R07.9","Chest pain, unspecified"),("J18.9","Pneumonia, unspecified organism"),("S72.001A","Fracture of unsp part of neck of right femur, init")]
UN = ["ICU","MED","SURG","ED","PEDS","ONC","TELE","OB"]
SPEC = ["CAR","MED","SUR","PED","ONC","EMR"]
c = R.choice; ri = R.randint; rnd = R.random
def ts(n=14):
    s = "%04d%02d%02d%02d%02d%02d" % (ri(2019,2025), ri(1,12), ri(1,28), ri(0,23), ri(0,59), ri(0,59))
    return s[:n]
def xcn(): return "%d^%s^%s^%s^^^MD^^NPI^L" % (ri(1000000000,1999999999), c(LN), c(FN), c("ABCDEFGHJKLM"))
DOCS = [xcn() for _ in range(400)]
def loc(): return "%s^%d^%s^GOODHEALTH^^^^^%s" % (c(UN), ri(100,899), c("ABCD"), c(("MAIN","EAST","WEST")))
def tel(u="PRN", e="PH"): return "(%d)%d-%04d^%s^%s" % (ri(201,989), ri(200,999), ri(0,9999), u, e)
def addr():
    ci = c(CI)
    return "%d %s %s^%s^%s^%s^%s^USA^H^^%s" % (ri(1,9999), c(ST), c(("St","Ave","Rd","Blvd")), "Apt %d" % ri(1,99) if rnd()<.3 else "", ci[0], ci[1], ci[2], c(("SUFFOLK","DAVIDSON","KING","COOK","")))
def msh(ev, struct, n):
    s = c(APPS); r = c(RAPPS); v = c(VERS)
    cs = c(("","","","UNICODE UTF-8","8859/1"))
    tail = "|||AL|NE|USA|%s" % cs if cs else c(("","|||AL|NE",""))
    return "MSH|^~\\&|%s|%s|%s|%s|%s||%s|MSG%09d|P|%s%s" % (s[0], s[1], r[0], r[1], ts(), ev + ("^" + struct if rnd()<.7 else ""), n, v, tail)
def pid():
    mrn = ri(1000000, 9999999)
    ids = "%d^^^GOODHEALTH^MR" % mrn
    if rnd()<.5: ids += "~%03d-%02d-%04d^^^SSA^SS" % (ri(100,899), ri(10,99), ri(1000,9999))
    if rnd()<.2: ids += "~%d^^^STATE^DL" % ri(10**8,10**9)
    nm = "%s^%s^%s^%s^%s^^L" % (c(LN), c(FN), c(("","","A","J","Lee")), c(("","","","Jr","III")), c(("","Mr","Ms","Dr")))
    if rnd()<.1: nm += "~%s^%s^^^^^M" % (c(LN), c(FN))
    ph = tel() + ("~" + tel("PRN","CP") if rnd()<.6 else "") + ("~^NET^Internet^%s.%s@example.org" % (c(FN).lower(), c(LN).lower()) if rnd()<.3 else "")
    return "PID|1|%s|%s||%s|%s^%s|%s|%s|%s|%s|%s|%s|%s|%s|%s^%s^HL70296|%s|%s|%d^^^GOODHEALTH^AN|%03d-%02d-%04d|||%s" % (
        c(("", str(mrn))), ids, nm, c(LN), c(FN), ts(8), c("MFMFMFMFUO"), c(("",'""')), c(("2106-3^White^HL70005","2054-5^Black^HL70005","2028-9^Asian^HL70005","")), addr() + ("~" + addr() if rnd()<.15 else ""), "", ph, tel("WPN") if rnd()<.5 else "", c(("en","es","zh")), c(("English","Spanish","Chinese")), c("MSDWU"), c(("CHR","JEW","MOS","")), ri(10**8,10**9), ri(100,899), ri(10,99), ri(1000,9999), c(("H^Hispanic^HL70189","N^Not Hispanic^HL70189","")))
def pv1():
    return "PV1|1|%s|%s|%s|||%s|%s|%s|%s||||%s|||%s|%s|%d^^^GOODHEALTH^VN|||||||||||||||||||||||||%s|%s" % (
        c("IOEPR"), loc(), c(("E","U","R","")), c(DOCS), c(DOCS) if rnd()<.6 else "", (c(DOCS) + "~" + c(DOCS)) if rnd()<.3 else "", c(SPEC), c(("1","7","")), c(DOCS), c(("INP","OUT")), ri(10**7,10**8), ts(), ts() if rnd()<.3 else "")
def evn(t): return "EVN|%s|%s|||%s^%s^%s|%s" % (t, ts(), c(("JDOE","ASMITH","SYS")), c(LN), c(FN), ts())
def nk1(i): return "NK1|%d|%s^%s|%s|%s|%s||%s" % (i, c(LN), c(FN), c(("SPO^Spouse^HL70063","MTH^Mother^HL70063","FTH^Father^HL70063")), addr(), tel(), c(("NK","EC")))
def al1(i): return "AL1|%d|DA|%s|%s|%s|%s" % (i, c(("70618^Penicillin^RXNORM","2670^Codeine^RXNORM","^Latex","1191^Aspirin^RXNORM")), c(("SV","MO","MI")), c(("Hives","Anaphylaxis","Rash~Itching")), ts(8))
def dg1(i):
    d = c(DX); return "DG1|%d|I10|%s^%s^I10||%s|%s" % (i, d[0], d[1], ts(), c("AWF"))
def in1(i): return "IN1|%d|%s^%s|%d^^^PAYOR|%s|%s||%s|%d||||%s|%s|||%s^%s|SEL|%s|%s" % (i, c(("PPO","HMO","MCR")), c(("Blue Cross PPO","Aetna HMO","Medicare A\\T\\B")), ri(1000,9999), c(("Blue Cross","Aetna","CMS")), addr(), tel("WPN"), ri(10000,99999), ts(8), ts(8), c(LN), c(FN), ts(8), addr())
def zseg(): return c(("ZPV|%s|%s^%s|%d" % (c(("Y","N")), c(UN), ri(1,40), ri(1,99999)), "ZPI|1|%s|%s^^^LOCAL|%s" % (c(("VIP","STD","EMP")), ri(1000,99999), ts(8)), "ZZZ|%s\\F\\%s|%s&%s^%s" % (c(UN), c(UN), c(("A","B")), c(("X","Y")), ri(1,9))))
def orc(ctl, n): return "ORC|%s|%d^%s|%d^LAB||%s||^^^%s^^R||%s|%s^%s^%s|||%s" % (ctl, ri(10**7,10**8), "EPIC", ri(10**7,10**8), c(("CM","IP","SC")), ts(), ts(), c(("TECH1","TECH2")), c(LN), c(FN), c(DOCS))
def obr(i, code, nm): return "OBR|%d|%d^EPIC|%d^LAB|%s^%s^LN|||%s|%s|||||%s|%s|%s|%s||||||%s||%s|%s|||||||%s" % (i, ri(10**7,10**8), ri(10**7,10**8), code, nm, ts(), ts(), c(("","FASTING","\"\"")), ts(), c(("BLD^Blood","UR^Urine","SER&Serum^^^")), c(DOCS), ts(), c(("LAB","RAD","MB")), c("FPC"), "&".join(c(DOCS).split("^")[:4]))
def obx(i, grp=""):
    r = rnd()
    if r<.78:
        t = c(TESTS); v = "%.*f" % (t[6], R.uniform(t[4], t[5])); lo, hi = (float(x) for x in t[3].split("-"))
        f = "N" if lo <= float(v) <= hi else ("H" if float(v)>hi else "L")
        return "OBX|%d|NM|%s^%s^LN^%s^%s^L|%s|%s|%s^%s^UCUM|%s|%s|||%s|||%s|CLAB^Central Lab|%s^%s^%s||AN%03d" % (i, t[0], t[1], t[1][:4].upper(), t[1], grp, v, t[2], t[2], t[3], f, c("FFFFPC"), ts(), ri(1000,9999), c(LN), c(FN), ri(1,30))
    if r<.86: return "OBX|%d|ST|%d-%d^%s^LN|%s|%s||||||%s|||%s" % (i, ri(1000,9999), ri(0,9), c(("Color","Appearance","Comment")), grp, c(("Yellow","Clear","Negative","Trace","Not detected","<0.01",">=1\\S\\500")), c("FP"), ts())
    if r<.93: return "OBX|%d|CE|%d-%d^Organism^LN|%s|%s||||||F|||%s" % (i, ri(1000,9999), ri(0,9), grp, c(("112283007^Escherichia coli^SCT","3092008^Staphylococcus aureus^SCT","260415000^Not detected^SCT~10828004^Positive^SCT")), ts())
    return "OBX|%d|TX|%d-%d^Narrative^LN|%s|%s||||||F|||%s" % (i, ri(1000,9999), ri(0,9), grp, " ".join(c(NOTES) for _ in range(ri(1,4))) if rnd()<.8 else c(NOTES)+"~"+c(NOTES), ts())
def nte(i): return "NTE|%d|L|%s" % (i, c(NOTES))
def adt(n):
    t = "A01" if rnd()<.45 else "A08"
    s = [msh("ADT^"+t, "ADT_A01", n), evn(t), pid()]
    if rnd()<.4: s.append("PD1|||%s^^%d|%s" % (c(("Goodhealth Clinic","Mercy Family")), ri(100,999), c(DOCS)))
    for i in range(ri(0,2)): s.append(nk1(i+1))
    s.append(pv1())
    if rnd()<.5: s.append("PV2|||^%s" % c(DX)[1])
    for i in range(ri(0,3)): s.append(al1(i+1))
    for i in range(ri(0,3)): s.append(dg1(i+1))
    for i in range(ri(0,2)): s.append(in1(i+1))
    if rnd()<.35: s.append(zseg())
    return s
def oru(n):
    s = [msh("ORU^R01","ORU_R01",n), pid(), pv1(), orc("RE",n)]
    s.append(obr(1, c(("58410-2","24323-8","24357-6")), c(("CBC panel","Comprehensive metabolic panel","Urinalysis panel"))))
    for i in range(ri(10,40)):
        s.append(obx(i+1))
        if rnd()<.08: s.append(nte(1))
    if rnd()<.2: s.append(zseg())
    return s
def orm(n):
    s = [msh("ORM^O01","ORM_O01",n), pid(), pv1()]
    if rnd()<.3: s.append(in1(1))
    for k in range(ri(1,3)):
        s += [orc(c(("NW","CA","XO")),n), obr(k+1, c(("58410-2","36643-5")), c(("CBC panel","XR Chest 2V")))]
        if rnd()<.5: s.append(nte(1))
        if rnd()<.5: s.append(dg1(1))
        for i in range(ri(0,3)): s.append(obx(i+1))
    return s
def siu(n):
    s = [msh("SIU^S12","SIU_S12",n), "SCH|%d^SCHED|%d^SCHED||||%s|%s|%s|%d|MIN^Minutes|^^%d^%s^%s|||||%s|%s|||%s|||||BOOKED" % (ri(10**6,10**7), ri(10**6,10**7), c(("ROUTINE^Routine","URGENT^Urgent")), c(NOTES)[:40].replace("\\",""), c(("NORMAL","TELE")), ri(10,90), ri(10,90), ts(), ts(), c(DOCS), tel("WPN"), c(DOCS)), pid()]
    if rnd()<.6: s.append(pv1())
    s += ["RGS|1|A", "AIS|1|A|%d^%s|%s|||%d|MIN" % (ri(100,999), c(("Office visit","MRI","Follow up")), ts(), ri(10,90)), "AIL|1|A|%s|CLINIC" % loc(), "AIP|1|A|%s|ATT|||%s" % (c(DOCS), ts())]
    if rnd()<.4: s.append(nte(1))
    return s
def mdm(n):
    s = [msh("MDM^T02","MDM_T02",n), evn("T02"), pid(), pv1(), "TXA|1|%s|TX|%s|%s|%s|%s|||%s||DOC%08d|||||%s|AU||AV" % (c(("HP^History and Physical","DS^Discharge Summary","OP^Operative Note")), ts(), c(DOCS), ts(), ts(), c(DOCS), ri(1,10**8-1), c(("IP","AU","LA")))]
    for i in range(ri(3,25)): s.append("OBX|%d|TX|11506-3^Progress note^LN|%d|%s||||||F" % (i+1, i+1, c(NOTES) if rnd()<.5 else " ".join(c(NOTES) for _ in range(2))))
    return s
def dft(n):
    s = [msh("DFT^P03","DFT_P03",n), evn("P03"), pid(), pv1()]
    for i in range(ri(1,5)): s.append("FT1|%d|%d||%s|%s|%s|%s^%s^CPT4|%s||%d|%d.%02d&USD|||||%s||%s|%s|%s|||%d^EPIC||%s^%s^CPT4" % (i+1, ri(10**6,10**7), ts(), ts(), c(("CG","CD")), c(("99213","80053","71046","36415")), c(("Office visit","CMP","XR Chest","Venipuncture")), c(("Lab","Rad","Prof")), ri(1,3), ri(10,2000), ri(0,99), loc(), "I10", c(DOCS), c(DOCS), ri(10**7,10**8), c(("99213","80053")), "x"))
    for i in range(ri(1,3)): s.append(dg1(i+1))
    if rnd()<.5: s.append(in1(1))
    return s
KINDS = [(adt,.40),(oru,.30),(orm,.10),(siu,.08),(mdm,.05),(dft,.07)]
fs = [k for k,_ in KINDS]; ws = [w for _,w in KINDS]
SEG = {"CR":"\r","LF":"\n","CRLF":"\r\n"}[a.seg]
PRE, POST = {"nl":("","\n"),"blank":("","\n" if a.seg!="CR" else "\n\n"),"none":("",""),"mllp":("\x0b","\x1c\r")}[a.sep]
target = int(a.mb*1e6); tot = n = segs = 0; buf = []; bl = 0
with open(a.out, "wb") as f:
    while tot < target:
        n += 1
        m = R.choices(fs, ws)[0](n); segs += len(m)
        b = (PRE + SEG.join(m) + SEG + POST).encode("utf-8")
        tot += len(b); buf.append(b); bl += len(b)
        if bl > 4_000_000: f.write(b"".join(buf)); buf = []; bl = 0
    f.write(b"".join(buf))
print(f"{a.out}: {n} messages, {segs} segments, {tot} bytes, avg {tot/n:.0f} B/msg, {segs/n:.1f} seg/msg")
