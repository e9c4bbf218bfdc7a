use super::*;
use crate::core::expr::{Origin, Reader, Vocabulary};
use crate::core::{Frame, Frames, Line, Message, Scope};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::rc::Rc;
use tempfile::TempDir;

/// A message with a fingerprint of one byte again and again.
#[derive(Debug, Default)]
struct Numbered(u8, RefCell<HashMap<Vec<u8>, u64>>);

impl Host for Numbered {
    fn variable(&self, _: usize) -> &[Vec<u8>] {
        &[]
    }

    fn origin(&self) -> Origin<'_> {
        Origin::default()
    }

    fn fingerprint(&self) -> [u8; 32] {
        [self.0; 32]
    }

    fn count(&self, name: &[u8]) -> u64 {
        let mut counts = self.1.borrow_mut();
        let count = counts.entry(name.to_vec()).or_default();
        *count += 1;
        *count
    }
}

/// Binds a function with all arguments as literals, and calls it with these arguments.
fn called(folder: &Path, name: &str, args: &[&str]) -> Result<String, Unusable> {
    let literals: Vec<_> = args.iter().copied().map(Some).collect();
    let function = Functions::of_folder(folder).bind(name, &literals)?;
    let args: Vec<_> = args.iter().map(|arg| arg.as_bytes()).collect();
    let value = function.call(&args, &Numbered::default());
    Ok(String::from_utf8(value).unwrap())
}

fn value(name: &str, args: &[&str]) -> String {
    called(Path::new("/"), name, args).unwrap_or_else(|error| panic!("{name}{args:?}: {error:?}"))
}

fn error(name: &str, args: &[&str]) -> Unusable {
    called(Path::new("/"), name, args).expect_err(name)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn every_function_binds_and_is_documented() {
    let docs = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/transform-functions.md"),
    );
    let docs = docs.unwrap();
    for signature in Functions::signatures() {
        let bound = Functions::default().bind(signature.name, &[]);
        assert_eq!(bound.is_ok(), signature.min_arguments == 0, "{signature}");
        assert!(signature.usage.starts_with(signature.name));
        let row = format!("| `{}` | {} |", signature.usage, signature.about);
        assert!(docs.contains(&row), "docs/transform-functions.md lacks the row\n{row}");
    }
    assert!(Functions::default().bind("frobnicate", &[]).is_err());
}

#[derive(Debug)]
struct Script(Functions);

impl Vocabulary for Script {
    fn variable(&self, _: &str) -> Option<usize> {
        None
    }

    fn functions(&self) -> &[Signature] {
        Functions::signatures()
    }

    fn bind(&self, name: &str, literals: &[Option<&str>]) -> Bound {
        self.0.bind(name, literals)
    }
}

#[test]
fn functions_within_a_script() {
    let folder = folder(&[("codes.csv", "a,b\nHB,718-7\n"), ("key", "0123456789abcdef")]);
    let text = b"MSH|^~\\&|LAB\rOBX|1|NM|HB~WBC||1~2\r";
    let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let lines: Vec<_> =
        (0..).zip(message.segments()).map(|(id, s)| Line { bytes: s.raw(), id }).collect();
    let host = Numbered::default();
    let scope = Scope::new(&message).of_lines(&lines, &host);
    let read = |term: &str| {
        let script = Rc::new(Script(Functions::of_folder(folder.path())));
        Reader::new(term, script).term().map(|term| {
            let texts = term.texts(&scope);
            texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect::<Vec<_>>()
        })
    };
    for (term, values) in [
        ("LOOKUP('codes.csv', OBX-3, 'b', OBX-3)", &["718-7", "WBC"][..]),
        ("'X' + counter() + \"-\" + upper(OBX-3)", &["X1-HB", "X1-WBC"]),
        ("counter(OBX-3)", &["1", "1"]),
        ("length(hash(OBX-3, \"key\", 20))", &["20", "20"]),
        ("length(uuid())", &["36"]),
        ("in_zone('202401311030Z', 'UTC')", &[""]),
        ("lookup('codes.csv', NK1-1, 'b')", &[]),
    ] {
        assert_eq!(read(term).unwrap(), values, "{term}");
    }
    for (term, at, expected) in [
        ("lookup('codes.csv', OBX-3, 'c')", 27, "a column that "),
        ("lookup('codes.csv', OBX-3)", 0, "other arguments, as in `lookup("),
        ("hash(OBX-3, OBX-5)", 12, "the name of a key file in quotes"),
        ("locup('codes.csv')", 0, "a function, perhaps `lookup`"),
    ] {
        let error = read(term).unwrap_err();
        assert!(error.at == at && error.expected.starts_with(expected), "{term}: {error}");
    }
}

#[test]
fn codes_are_looked_up() {
    let folder = folder(&[("codes.csv", "local,LOINC,Name\nHB,718-7,Hemoglobin\nÄ,1,\n")]);
    let look = |args: &[&str]| called(folder.path(), "lookup", args).unwrap();
    assert_eq!(look(&["codes.csv", "HB", "loinc"]), "718-7");
    assert_eq!(look(&["codes.csv", "HB", "3"]), "Hemoglobin");
    assert_eq!(look(&["codes.csv", "Ä", "loinc"]), "1");
    assert_eq!(look(&["codes.csv", "hb", "loinc"]), "");
    assert_eq!(look(&["codes.csv", "X", "loinc", "other"]), "other");
    assert_eq!(look(&["codes.csv", "Ä", "name", "other"]), ""); // found, and empty
}

#[test]
fn tables_that_cannot_be_used() {
    let folder = folder(&[
        ("codes.csv", "a,b\nsecret,1\nsecret,2\n"),
        ("good.csv", "a,b\n1,2\n"),
        ("units.csv", "from,to,factor\nsecret,b,x\n"),
        ("none.csv", "from,factor\n"),
    ]);
    for (name, args, at, expected) in [
        ("lookup", &["codes.csv", "k", "b"][..], 0, "codes.csv: line 3 repeats the key of line 2"),
        ("lookup", &["gone.csv", "k", "b"], 0, "gone.csv: No such file"),
        ("lookup", &["good.csv", "k", "c"], 2, "good.csv has in its header"),
        ("convert", &["1", "a", "b", "units.csv"], 3, "line 2 has something else than numbers"),
        ("convert", &["1", "a", "b", "none.csv"], 3, "none.csv has no column `to`"),
    ] {
        let (n, text) = called(folder.path(), name, args).unwrap_err();
        assert!(n == at && text.contains(expected) && !text.contains("secret"), "{n} {text}");
    }
    let functions = Functions::of_folder(folder.path());
    for (name, literals, at) in [
        ("lookup", [None, None, Some("b"), None], 0),
        ("lookup", [Some("good.csv"), None, None, None], 2),
        ("convert", [None; 4], 3),
        ("hash", [None; 4], 1),
        ("env", [None; 4], 0),
        ("parse_time", [None; 4], 1),
        ("in_zone", [None, Some("UTC"), None, None], 2),
    ] {
        assert_eq!(functions.bind(name, &literals).unwrap_err().0, at, "{name}");
    }
}

#[test]
fn units_are_converted_exactly() {
    let folder = folder(&[(
        "units.csv",
        "from,to,factor,offset\nmg/dL,mmol/L,0.0555,\n°F,°C,0.5555555555555,-17.77777777777\nK,°C,1, -273.15\n",
    )]);
    let convert = |args: &[&str; 3]| {
        let [x, from, to] = *args;
        called(folder.path(), "convert", &[x, from, to, "units.csv"]).unwrap()
    };
    assert_eq!(convert(&["100", "mg/dL", "mmol/L"]), "5.55");
    assert_eq!(convert(&["0.1", "mg/dL", "mmol/L"]), "0.00555");
    assert_eq!(convert(&["273.15", "K", "°C"]), "0");
    assert_eq!(convert(&["-1.5", "K", "°C"]), "-274.65");
    assert_eq!(convert(&["5.55", "mmol/L", "mg/dL"]), ""); // only as written
    assert_eq!(convert(&["5.55", "mg/dl", "mmol/L"]), "");
    assert_eq!(convert(&["<5", "mg/dL", "mmol/L"]), "");
    assert_eq!(convert(&["", "mg/dL", "mmol/L"]), "");
    assert_eq!(convert(&["5.50", "g", "g"]), "5.50");
    assert_eq!(convert(&["999999999999999999999999999999999999", "mg/dL", "mmol/L"]), ""); // too big
}

#[test]
fn the_environment() {
    let name = "CARGO_PKG_NAME";
    assert_eq!(value("env", &[name]), std::env::var(name).unwrap());
    assert_eq!(value("env", &["PIPEHAT_NOT_SET", "x"]), "x");
    for name in ["PIPEHAT_NOT_SET", "", "A=B", "\0"] {
        assert_eq!(error("env", &[name]).0, 0);
    }
}

#[test]
fn pseudonyms() {
    let folder = folder(&[
        ("ascii", "0123456789abcdef\r\n"),
        ("bare", "0123456789abcdef"),
        ("short", "0123456789abcde\n"),
        ("empty", "\n"),
    ]);
    fs::write(folder.path().join("rfc4231"), [0xAA; 20]).unwrap();
    let functions = Functions::of_folder(folder.path());
    let function = functions.bind("hash", &[None, Some("rfc4231"), Some("52")]).unwrap();
    let digest = function.call(&[&[0xDD; 50]], &Numbered::default());
    // RFC 4231, test case 3: 773ea91e 36800e46 854db8eb d09181a7 2959098b 3ef8c122 d9635514 ced565fe in base32.
    assert_eq!(digest, b"o47kshrwqahenbknxdv5bembu4uvscmlh34mciwzmnkrjtwvmx7a");
    assert!(!format!("{function:?}").contains("170"), "{function:?}");

    let hash = |args: &[&str]| called(folder.path(), "hash", args);
    let whole = hash(&["10001", "ascii", "52"]).unwrap();
    assert_eq!(whole.len(), 52);
    assert_eq!(hash(&["10001", "ascii"]).unwrap(), whole[..16]);
    assert_eq!(hash(&["10001", "bare", "1"]).unwrap(), whole[..1]);
    assert_ne!(hash(&["10002", "ascii", "52"]).unwrap(), whole);
    assert_eq!(hash(&["", "ascii"]).unwrap(), "");
    assert_eq!(hash(&["\"\"", "ascii"]).unwrap(), "\"\"");
    for (key, reason) in
        [("short", "at least 16 bytes"), ("empty", "at least 16 bytes"), ("gone", "No such file")]
    {
        let (n, text) = hash(&["x", key]).unwrap_err();
        assert!(n == 1 && text.contains(reason) && !text.contains("0123"), "{text}");
    }
    for length in ["0", "53", "-1", "x", "", "1.5"] {
        assert_eq!(hash(&["x", "ascii", length]).unwrap_err().0, 2);
    }
}

#[test]
fn identities_are_those_of_the_message_and_the_place() {
    let functions = Functions::default();
    let make = |name: &str, host: &Numbered| {
        String::from_utf8(functions.bind(name, &[]).unwrap().call(&[], host)).unwrap()
    };
    let (host, again, other) =
        (Numbered::default(), Numbered::default(), Numbered(1, RefCell::default()));
    for name in ["uuid", "control_id"] {
        let first = make(name, &host);
        let second = make(name, &host);
        assert_ne!(first, second);
        assert_eq!([make(name, &again), make(name, &again)], [first.clone(), second]);
        assert_ne!(make(name, &other), first);
    }
    let id = make("control_id", &host);
    assert!(id.len() == 20 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
    assert_eq!(make("uuid", &host).len(), 36);
}

#[test]
fn counters_count_apart() {
    let host = Numbered::default();
    let counter = Functions::default().bind("counter", &[]).unwrap();
    let count = |args: &[&[u8]]| String::from_utf8(counter.call(args, &host)).unwrap();
    assert_eq!([count(&[]), count(&[]), count(&[b""])], ["1", "2", "3"]);
    assert_eq!([count(&[b"a"]), count(&[b"b"]), count(&[b"a"])], ["1", "1", "2"]);
    assert_eq!([count(&[b"uuid"]), count(&[b"uuid"])], ["1", "2"]);
    assert_eq!(host.count(b"uuid"), 1);
}

#[test]
fn times_are_read_in_a_format() {
    for (args, expected) in [
        (&["31.01.2024 10:30", "%d.%m.%Y %H:%M"][..], "202401311030"),
        (&["1.2.2024 3:04", "%d.%m.%Y %H:%M"], "202402010304"),
        (&["2024", "%Y"], "2024"),
        (&["Jan 2024", "%b %Y"], "202401"),
        (&["01/31/24", "%m/%d/%y"], "20240131"),
        (&["2024-060", "%Y-%j"], "20240229"),
        (&["2025-W01-2", "%G-W%V-%u"], "20241231"),
        (&["1/31/2024 3:04:05 PM", "%m/%d/%Y %I:%M:%S %p"], "20240131150405"),
        (&["2024-01-31 10:30:59.250", "%Y-%m-%d %H:%M:%S%.f"], "20240131103059.25"),
        (&["2024-01-31 10:30:59", "%Y-%m-%d %H:%M:%S%.f"], "20240131103059"),
        (&["20240131 10", "%Y%m%d %H"], "2024013110"),
        (&["2024-01-31T10:30:59-05:00", "%Y-%m-%dT%H:%M:%S%:z"], "20240131103059-0500"),
        (&["2024-01-31 10:30 -0500", "%F %R %z", "Europe/Berlin"], "202401311030-0500"),
        (&["2024-01-31 10:30", "%F %R", "Europe/Berlin"], "202401311030+0100"),
        (&["2024-07-31 10:30", "%F %R", "europe/berlin"], "202407311030+0200"),
        (&["2024-07-31 10:30 America/New_York", "%F %R %Q"], "202407311030-0400"),
        (&["2024-07-31 10:30 Nowhere/None", "%F %R %Q"], ""),
        (&["2024-07-31", "%F", "Europe/Berlin"], "20240731"),
        // Left out at the start of summer time, and there twice at its end.
        (&["2024-03-31 02:30", "%F %R", "Europe/Berlin"], "202403310330+0200"),
        (&["2024-10-27 02:30", "%F %R", "Europe/Berlin"], "202410270230+0200"),
        (&["1706693459", "%s"], "20240131093059+0000"),
        (&["1706693459", "%s", "Europe/Berlin"], "20240131103059+0100"),
        (&["30.02.2024 10:30", "%d.%m.%Y %H:%M"], ""),
        (&["31.01.2024", "%d.%m.%Y %H:%M"], ""),
        (&["31.01.2024 10:30 x", "%d.%m.%Y %H:%M"], ""),
        (&["Tue 31.01.2024", "%a %d.%m.%Y"], ""), // a Wednesday
        (&["Wed 31.01.2024", "%a %d.%m.%Y"], "20240131"),
        (&["", "%Y"], ""),
        (&["0000", "%Y"], ""),
        (&["-100", "%Y"], ""),
        (&["é", "%Y"], ""),
    ] {
        assert_eq!(value("parse_time", args), expected, "{args:?}");
    }
}

#[test]
fn times_are_written_in_a_format() {
    for (x, format, expected) in [
        ("20240131103000+0100", "%d.%m.%Y %H:%M", "31.01.2024 10:30"),
        ("2024-01-31", "%A, %-d %B %Y", "Wednesday, 31 January 2024"),
        ("20240131", "%Y-%m-%d %H:%M", ""),
        ("20240131", "%Y", "2024"),
        ("202401", "%B %Y", "January 2024"),
        ("2024", "%m", ""),
        ("202401", "%A", ""),
        ("202401311504", "%I:%M %p", "03:04 PM"),
        ("2024013115", "%H:%M", ""),
        ("20240131150405.25", "%S%.f", "05.25"),
        ("20240131150405", "%S%.f", "05"),
        ("20240131150405", "%S.%3f", ""),
        ("20240131150405.2", "%S.%3f", "05.200"),
        ("202401311030+0100", "%H:%M%:z", "10:30+01:00"),
        ("202401311030", "%H:%M%:z", ""),
        ("20240131103059+0100", "%s", "1706693459"),
        ("20240131+0100", "%s", ""), // midnight would be invented
        ("202401311030+0100", "%s", ""),
        ("20240131", "%%%Y", "%2024"),
        ("20240131", "%%c%Y", "%c2024"),
        ("x", "%Y", ""),
        ("", "%Y", ""),
    ] {
        assert_eq!(value("format_time", &[x, format]), expected, "{x} {format}");
    }
}

#[test]
fn times_go_to_other_zones() {
    for (args, expected) in [
        (&["202401311030+0100", "America/New_York"][..], "202401310430-0500"),
        (&["2024-07-31T10:30:59.5Z", "Europe/Berlin"], "20240731123059.5+0200"),
        (&["2024013123+0000", "Europe/Berlin"], "2024020100+0100"),
        (&["2024013110+0000", "Asia/Kolkata"], "202401311530+0530"),
        (&["202407311030", "Europe/Berlin", "America/New_York"], "202407311630+0200"),
        (&["202407311030+0000", "Europe/Berlin", "America/New_York"], "202407311230+0200"),
        (&["202407311030", "Europe/Berlin"], ""),
        (&["20240731", "Europe/Berlin", "UTC"], ""),
        (&["202407", "Europe/Berlin", "UTC"], ""),
        // Berlin changed its clocks on 31 March 2024 and 27 October 2024, at 01:00 UTC.
        (&["20240331005959+0000", "Europe/Berlin"], "20240331015959+0100"),
        (&["20240331010000+0000", "Europe/Berlin"], "20240331030000+0200"),
        (&["20241027005959+0000", "Europe/Berlin"], "20241027025959+0200"),
        (&["20241027010000+0000", "Europe/Berlin"], "20241027020000+0100"),
        (&["202403310230", "UTC", "Europe/Berlin"], "202403310130+0000"),
        (&["202410270230", "UTC", "Europe/Berlin"], "202410270030+0000"),
        (&["202403310230", "Europe/Berlin", "Europe/Berlin"], "202403310330+0200"),
        (&["188001010000+0000", "Europe/Berlin"], ""), // 53:28 ahead, it was
        (&["999912312359+0000", "Europe/Berlin"], ""),
        (&["000101010000+0000", "America/New_York"], ""),
        (&["x", "UTC", "UTC"], ""),
    ] {
        assert_eq!(value("in_zone", args), expected, "{args:?}");
    }
}

#[test]
fn formats_and_zones_that_cannot_be_used() {
    for (name, args, at) in [
        ("parse_time", &["x", "%Y %!"][..], 1),
        ("parse_time", &["x", "%d.%m."], 1),
        ("parse_time", &["x", "%F %I:%M"], 1),
        ("parse_time", &["x", "%F %Z"], 1),
        ("parse_time", &["x", ""], 1),
        ("parse_time", &["x", "%Y", "Europe/Berlim"], 2),
        ("parse_time", &["x", "YYYYMMDD"], 1),
        ("format_time", &["x", "YYYY-MM-DD"], 1),
        ("format_time", &["x", "100 %%"], 1),
        ("format_time", &["x", ""], 1),
        ("format_time", &["x", "%!"], 1),
        ("format_time", &["x", "%Z"], 1),
        ("format_time", &["x", "%"], 1),
        ("format_time", &["x", "%Y %x"], 1),
        ("format_time", &["x", "%%%c"], 1),
        ("parse_time", &["x", "%X"], 1),
        ("in_zone", &["x", ""], 1),
        ("in_zone", &["x", "../etc/passwd"], 1),
        ("in_zone", &["x", "UTC", "CEST"], 2),
    ] {
        assert_eq!(error(name, args).0, at, "{name}{args:?}");
    }
    let (_, text) = error("parse_time", &["x", "%F %I:%M"]);
    assert_eq!(text, "a format that can be read, but a time would not come back as it was");
}
