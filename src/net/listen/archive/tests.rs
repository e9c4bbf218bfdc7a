use super::*;
use std::os::unix::fs::PermissionsExt;

const DAY: Rotation = Rotation { size: 1 << 30, every: Duration::from_secs(86_400) };

fn open(folder: &Path) -> (Archive, Option<Torn>) {
    let (archive, torn) = Archive::open(folder, DAY).unwrap();
    assert!(torn.len() <= 1, "{torn:?}");
    (archive, torn.into_iter().next())
}

fn files(folder: &Path) -> Vec<String> {
    let names =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn all(folder: &Path) -> Vec<u8> {
    files(folder).iter().flat_map(|name| fs::read(folder.join(name)).unwrap()).collect()
}

#[test]
fn goes_on_with_the_last_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b");
    for n in 0..3 {
        let (mut archive, torn) = open(&path);
        assert_eq!(torn, None);
        archive.append(format!("MSH|{n}\r\n").as_bytes()).unwrap();
        archive.sync().unwrap();
    }
    assert_eq!(files(&path).len(), 1);
    assert_eq!(all(&path), b"MSH|0\r\nMSH|1\r\nMSH|2\r\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join(&files(&path)[0])), 0o600);
}

#[test]
fn a_torn_tail_is_moved_aside() {
    let whole = b"MSH|1\rNTE|a\nb\r\nMSH|2\r\n".as_slice();
    let next = b"MSH|3\rPID|\n".as_slice();
    let blocks = b"\x0bMSH|1\r\x1c\r\x0bMSH|2\r\n\x1c\r".as_slice();
    let block = b"\x0bMSH|3\r\n\x1c".as_slice();
    for (whole, next) in [(whole, next), (blocks, block), (&b""[..], next)] {
        for cut in 0..=next.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("20260131T235959.123Z.hl7");
            fs::write(&path, [whole, &next[..cut]].concat()).unwrap();
            // Files of others are not looked at.
            fs::write(folder.path().join("20260131T235959.123Z.txt"), "x").unwrap();
            let (archive, torn) = open(folder.path());
            drop(archive);
            assert_eq!(fs::read(&path).unwrap(), whole);
            assert_eq!(torn.is_some(), cut > 0);
            if let Some(torn) = torn {
                assert_eq!(torn.bytes, cut as u64);
                assert_eq!(fs::read(torn.kept).unwrap(), &next[..cut]);
            }
        }
    }
}

#[test]
fn a_torn_tail_may_be_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("20260131T235959.123Z.hl7");
    for whole in [1, (1 << 20) - 2, (1 << 20) - 1, 1 << 20] {
        let whole = [&vec![b'x'; whole][..], b"\r\n"].concat();
        let tail = vec![b'y'; (2 << 20) - 1];
        fs::write(&path, [&whole[..], &tail].concat()).unwrap();
        assert_eq!(open(folder.path()).1.unwrap().bytes, tail.len() as u64);
        assert!(fs::read(&path).unwrap() == whole);
    }
}

#[test]
fn a_torn_tail_need_not_be_in_the_file_with_the_newest_name() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = ("20200131T235959.123Z.hl7", "20260131T235959.123Z.hl7");
    fs::write(folder.path().join(new), "MSH|1\r\n").unwrap();
    fs::write(folder.path().join(old), "MSH|2\r\nMSH|3").unwrap();
    let torn = open(folder.path()).1.unwrap();
    assert_eq!((torn.file, torn.bytes), (folder.path().join(old), 5));
    assert_eq!(fs::read(folder.path().join(old)).unwrap(), b"MSH|2\r\n");
    assert_eq!(fs::read(folder.path().join(new)).unwrap(), b"MSH|1\r\n");
}

#[test]
fn a_file_has_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let (line, block) = ("MSH|1\r\n", "\x0bMSH|2\r\x1c\r");
    for (n, next) in [line, block, block, line].iter().enumerate() {
        let (mut archive, torn) = open(folder.path());
        assert_eq!(torn, None);
        archive.keep(next.as_bytes(), true).unwrap();
        assert_eq!(files(folder.path()).len(), [1, 2, 2, 3][n]);
    }
    assert_eq!(all(folder.path()), [line, block, block, line].concat().as_bytes());
}

#[test]
fn whole_messages_of_either_form_are_not_torn() {
    for whole in ["MSH|1\r\n\x0bMSH|2\r\x1c\r", "\x0bMSH|2\r\x1c\rMSH|1\r\n"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("20260131T235959.123Z.hl7");
        fs::write(&path, whole).unwrap();
        assert_eq!(open(folder.path()).1, None);
        fs::write(&path, [whole, "MSH|3"].concat()).unwrap();
        assert_eq!(open(folder.path()).1.unwrap().bytes, 5);
    }
}

#[test]
fn what_is_appended_has_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in");
    let (mut archive, _) = open(&path);
    archive.keep(b"MSH|1\r\n", true).unwrap();
    // A consumer takes the file.
    fs::remove_file(path.join(&files(&path)[0])).unwrap();
    archive.keep(b"MSH|2\r\n", true).unwrap();
    assert_eq!(all(&path), b"MSH|2\r\n");
    // Another one has its name now.
    let name = path.join(&files(&path)[0]);
    fs::rename(&name, folder.path().join("taken")).unwrap();
    fs::write(&name, "").unwrap();
    archive.keep(b"MSH|3\r\n", true).unwrap();
    assert_eq!(all(&path), b"MSH|3\r\n");
    assert_eq!(fs::read(folder.path().join("taken")).unwrap(), b"MSH|2\r\n");
    // Without a folder it is refused; in a new one nobody else writes.
    fs::rename(&path, folder.path().join("old")).unwrap();
    assert!(matches!(archive.keep(b"MSH|4\r\n", true), Err(Failure::Refused(_))));
    fs::create_dir(&path).unwrap();
    archive.keep(b"MSH|5\r\n", true).unwrap();
    assert_eq!(all(&path), b"MSH|5\r\n");
    assert!(Archive::open(&path, DAY).is_err());
}

#[test]
fn files_end_by_size() {
    let folder = tempfile::tempdir().unwrap();
    let rotation = Rotation { size: 20, ..DAY };
    let (mut archive, _) = Archive::open(folder.path(), rotation).unwrap();
    for _ in 0..5 {
        archive.append(b"MSH|8901\r\n").unwrap();
    }
    // A message longer than a file has one of its own.
    archive.append(b"MSH|890123456789012345678\r\n").unwrap();
    archive.append(b"MSH|8901\r\n").unwrap();
    archive.sync().unwrap();
    let lengths: Vec<_> = files(folder.path())
        .iter()
        .map(|name| fs::metadata(folder.path().join(name)).unwrap().len())
        .collect();
    assert_eq!(lengths, [20, 20, 10, 27, 10]);
}

#[test]
fn files_end_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("20200131T235959.123Z.hl7");
    fs::write(&old, "MSH|1\r\n").unwrap();
    let (mut archive, _) = open(folder.path());
    archive.append(b"MSH|2\r\n").unwrap();
    assert_eq!(files(folder.path()).len(), 2);
    assert_eq!(fs::read(&old).unwrap(), b"MSH|1\r\n");
    drop(archive);
    // Unless time does not count.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("20200131T235959.123Z.hl7"), "MSH|1\r\n").unwrap();
    let rotation = Rotation { every: Duration::ZERO, ..DAY };
    let (mut archive, _) = Archive::open(folder.path(), rotation).unwrap();
    archive.append(b"MSH|2\r\n").unwrap();
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn one_process_writes_to_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path());
    let error = Archive::open(folder.path(), DAY).unwrap_err().to_string();
    assert!(error.contains("another process writes to it"), "{error}");
    drop(held);
    open(folder.path());
}
