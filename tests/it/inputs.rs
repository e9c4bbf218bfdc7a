//! What tests give to the program: the fixtures, and messages that are as good as any.

use std::path::{Path, PathBuf};

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// All fixtures whose messages can be handled, by their paths, sorted.
pub(crate) fn fixtures() -> Vec<String> {
    let mut found = hl7_files(Path::new(&fixture("")));
    found.retain(|path| {
        !path.ends_with("equal_delimiters.hl7")
            && !path.parent().is_some_and(|p| p.ends_with("readme"))
    });
    assert!(found.len() > 25, "fixtures are missing");
    found.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// The `.hl7` files at and below a folder, sorted.
pub(crate) fn hl7_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(hl7_files(&path));
        } else if path.extension().is_some_and(|e| e == "hl7") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A message in the form between filters: id in MSH-10 and PID-3, family name in PID-5.
pub(crate) fn adt(id: &str, family: &str) -> String {
    format!("MSH|^~\\&|A|B|C|D|20240101||ADT^A08|{id}|P|2.4\rPID|1||{id}||{family}\r\n")
}

/// That many messages with ids `M-1`, `M-2`, ... .
pub(crate) fn many(count: usize) -> String {
    (1..=count).map(|n| adt(&format!("M-{n}"), "Adams^Ann")).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}
