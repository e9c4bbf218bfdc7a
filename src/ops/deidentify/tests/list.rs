//! Each line of the list of rules is what is done.

use super::*;

/// A value of a data type, the newest of several, with what of it tells of somebody; for types of numbers, names,
/// addresses and dates.
fn value(types: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match types.rsplit('/').next()? {
        "CX" => ("77612348^^^H^MR", &["77612348"]),
        "EI" => ("ORD-47110815^H", &["47110815"]),
        "XPN" => ("QUENNELL^OTTILIE^^^DR", &["QUENNELL", "OTTILIE"]),
        "XCN" | "CN" => ("4711815^QUENNELL^OTTILIE", &["4711815", "QUENNELL", "OTTILIE"]),
        "XAD" | "AD" => ("12 Elm St^^Quellheim^IL^62701", &["Elm", "Quellheim", "62701"]),
        "XTN" | "TN" => ("(312)555-0134", &["555-0134", "5550134"]),
        "PL" => ("4W^4711815^B", &["4711815"]),
        "DT" | "TS" | "DTM" => ("20240103", &["20240103"]),
        _ => return None,
    })
}

#[test]
fn each_line_of_the_list_holds() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        let settings = Settings::of(profile);
        let of = Deidentifier::new(Rules::new(&settings), &key());
        let list = of.rules().list();
        let (mut memory, mut tally, mut count) = (Memory::default(), Tally::default(), 0);
        for line in list.lines() {
            let Some((rule, remark)) = line.split_once("\t# ") else { continue };
            let Some((path, action)) = rule.split_once(" = ") else { continue };
            let types = remark.split(' ').next_back().unwrap_or_default();
            let Some((id, n)) = path.split_once('-') else { continue };
            // Those around messages are left out.
            let is_around = matches!(id, "MSH" | "FHS" | "FTS" | "BHS" | "BTS");
            let Some((raw, tells)) = value(types).filter(|_| !is_around) else { continue };
            let bars = "|".repeat(n.parse().unwrap());
            let pid = if id == "PID" { "" } else { "\rPID|1||5566778^^^H^MR" };
            // In the second repetition, and in the second segment of the name, too.
            let text = format!(
                "MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5{pid}\r{id}{bars}{raw}~{raw}\r{id}{bars}{raw}"
            );
            let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else {
                panic!()
            };
            let message = Message::new(framed).unwrap();
            let out = of.message(&message, TextOptions::default(), &mut memory, &mut tally);
            let out = String::from_utf8(out.unwrap().to_vec()).unwrap();
            let segments: Vec<&str> = out.split('\r').filter(|line| line.starts_with(id)).collect();
            let n = n.parse().unwrap();
            let (first, second) = field(segments[0], n)
                .split_once('~')
                .unwrap_or((field(segments[0], n), field(segments[0], n)));
            count += 1;
            for got in [first, second, field(segments[1], n)] {
                let told = format!("{profile:?} {line}: {got}");
                let is_gone = !tells.iter().any(|part| got.contains(part));
                match action {
                    "keep" if tells[0].starts_with("2024") => assert_eq!(got, raw, "{told}"),
                    "keep" => {}
                    "remove" => assert_eq!(got, "", "{told}"),
                    "year" => assert!(got == "2024" || got == "2024^", "{told}"),
                    "shift" => assert!(is_gone && got.len() == 8, "{told}"),
                    "zip3" => assert_eq!(got, "^^^IL^627", "{told}"),
                    "token" => assert!(is_gone && got.split('^').any(|p| p.len() == 16), "{told}"),
                    "surrogate" | "name" | "fake" => assert!(is_gone && got.len() > 4, "{told}"),
                    _ => assert!(is_gone || tells[0].len() < 8, "{told}"),
                }
            }
        }
        assert!(count > 600, "{count}");
    }
}
