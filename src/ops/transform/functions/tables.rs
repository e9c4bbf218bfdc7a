//! Tables of codes and units: CSV files with a header, loaded once and looked up by the bytes of
//! their cells.

use crate::ops::quoted::misquoted_line;
use crate::ops::visible;
use csv::{ByteRecord, ReaderBuilder};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::from_utf8;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A CSV file (RFC 4180) in UTF-8, its first line a header. Rows may be shorter than
/// that; a cell that is not there is empty. Rows without any text are left out.
#[derive(Debug)]
pub struct Table {
    name: String,
    header: Vec<String>,
    rows: Vec<Row>,
    indexes: Mutex<HashMap<Vec<usize>, Arc<Index>>>,
}

#[derive(Debug)]
struct Row {
    /// Where it begins in the file, from 1.
    line: usize,
    cells: ByteRecord,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// The file, the line if it is about one, and what is wrong. Never what stands in a cell.
    pub fn load(path: &Path) -> Result<Self, String> {
        let name = shown(path);
        match fs::read(path) {
            Ok(bytes) => Self::read(name, &bytes),
            Err(error) => Err(format!("{name}: {error}")),
        }
    }

    /// Reads the bytes of a file of that name; errors as in [`Table::load`].
    pub(crate) fn read(name: String, bytes: &[u8]) -> Result<Self, String> {
        if let Err(error) = from_utf8(bytes) {
            let line = 1 + line_feeds(&bytes[..error.valid_up_to()]);
            return Err(format!("{name}: line {line} is not in UTF-8"));
        }
        if let Some(line) = misquoted_line(bytes) {
            return Err(format!(
                "{name}: line {line} has a quote that is not closed as it should be"
            ));
        }
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut header: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        let mut cells = ByteRecord::new();
        while reader.read_byte_record(&mut cells).map_err(|error| format!("{name}: {error}"))? {
            let Some(header) = &header else {
                let names =
                    cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
                header = Some(names.collect());
                continue;
            };
            let line = line_of(&cells, bytes);
            // A comma that should have been in quotes moves all behind it into the next column.
            if cells.iter().skip(header.len()).any(|cell| !cell.is_empty()) {
                return Err(format!("{name}: line {line} has more cells than the header"));
            }
            if cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(Row { line, cells: cells.clone() });
            }
        }
        let header = header.ok_or_else(|| format!("{name}: there is no header"))?;
        Ok(Self { name, header, rows, indexes: Mutex::default() })
    }

    /// The file's name, fit to be shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of a column, from 0: by its name in the header in any case, or by its number
    /// from 1.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        let wanted = name.trim().to_lowercase();
        let named = self.header.iter().position(|name| name.to_lowercase() == wanted);
        let number = || wanted.parse::<usize>().ok()?.checked_sub(1);
        let found = if wanted.is_empty() { None } else { named.or_else(number) };
        found.filter(|&column| column < self.header.len())
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line of the file where a row begins, from 1; 0 if there is no such row.
    #[must_use]
    pub fn line(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, |row| row.line)
    }

    /// What stands in a row and a column, both from 0.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &[u8] {
        self.rows.get(row).and_then(|row| row.cells.get(column)).unwrap_or_default()
    }

    /// Finds rows by these columns; made once for the same columns.
    ///
    /// # Errors
    /// When two rows have the same cells there.
    pub fn index(&self, columns: &[usize]) -> Result<Arc<Index>, String> {
        let mut indexes = locked(&self.indexes);
        if let Some(index) = indexes.get(columns) {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(Index::new(self, columns)?);
        indexes.insert(columns.to_vec(), Arc::clone(&index));
        Ok(index)
    }
}

/// Which row of a table has which cells in some of its columns.
#[derive(Debug)]
pub struct Index {
    rows: HashMap<Box<[u8]>, usize>,
}

impl Index {
    fn new(table: &Table, columns: &[usize]) -> Result<Self, String> {
        let mut rows = HashMap::with_capacity(table.len());
        for row in 0..table.len() {
            let cells: Vec<_> = columns.iter().map(|&column| table.cell(row, column)).collect();
            let key = match cells[..] {
                [only] => only.into(),
                _ => joined(&cells),
            };
            match rows.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(row);
                }
                Entry::Occupied(entry) => {
                    let (line, first) = (table.line(row), table.line(*entry.get()));
                    let name = &table.name;
                    return Err(format!("{name}: line {line} repeats the key of line {first}"));
                }
            }
        }
        Ok(Self { rows })
    }

    /// The row that has these cells, one for each column of the index.
    #[must_use]
    pub fn row(&self, key: &[&[u8]]) -> Option<usize> {
        match key {
            [only] => self.rows.get(*only),
            _ => self.rows.get(&joined(key)),
        }
        .copied()
    }
}

/// Several cells as one key; the lengths keep `a,bc` and `ab,c` apart.
fn joined(cells: &[&[u8]]) -> Box<[u8]> {
    let mut key = Vec::new();
    for cell in cells {
        key.extend_from_slice(&cell.len().to_be_bytes());
        key.extend_from_slice(cell);
    }
    key.into()
}

/// Tables by the file they come from, so that each is loaded once.
#[derive(Debug, Default)]
pub struct Tables {
    /// What relative names start from.
    folder: PathBuf,
    loaded: Mutex<HashMap<PathBuf, Arc<Table>>>,
}

impl Tables {
    /// None yet. `folder`: what relative names of files start from.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), loaded: Mutex::default() }
    }

    /// The table of a file.
    ///
    /// # Errors
    /// Those of [`Table::load`].
    pub fn load(&self, name: &str) -> Result<Arc<Table>, String> {
        let path = self.path(name);
        let file = path.canonicalize().map_err(|error| format!("{}: {error}", shown(&path)))?;
        let mut loaded = locked(&self.loaded);
        if let Some(table) = loaded.get(&file) {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(Table::load(&path)?);
        loaded.insert(file, Arc::clone(&table));
        Ok(table)
    }

    /// Where a file lies.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A panic elsewhere leaves the maps whole, for they only grow.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of a file, fit to be shown.
pub(super) fn shown(path: &Path) -> String {
    let mut out = Vec::new();
    visible::append(path.as_os_str().as_encoded_bytes(), usize::MAX, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The line where a record begins; the reader counts the blank lines before it as its own.
fn line_of(record: &ByteRecord, bytes: &[u8]) -> usize {
    let start = record.position().map_or(0, |position| position.byte());
    let start = usize::try_from(start).unwrap_or(0).min(bytes.len());
    let line = record.position().map_or(1, |position| position.line());
    let blank = bytes[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    usize::try_from(line).unwrap_or(0) + line_feeds(&bytes[start..][..blank])
}

fn line_feeds(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &[u8]) -> Table {
        Table::read("codes.csv".into(), text).unwrap()
    }

    fn error(text: &[u8], columns: &[usize]) -> String {
        match Table::read("codes.csv".into(), text) {
            Ok(table) => table.index(columns).unwrap_err(),
            Err(error) => error,
        }
    }

    #[test]
    fn columns_have_names_and_numbers() {
        let table = table("\u{FEFF}\"code\" , Größe ,2,\r\na,b,c,d\r\n".as_bytes());
        assert_eq!(table.column("CODE"), Some(0));
        assert_eq!(table.column(" größe"), Some(1));
        assert_eq!(table.column("2"), Some(2)); // a name goes before a number
        assert_eq!((table.column("1"), table.column("4")), (Some(0), Some(3)));
        for none in ["", "0", "5", "x", "-1", "99999999999999999999"] {
            assert_eq!(table.column(none), None, "{none}");
        }
    }

    #[test]
    fn rows_are_found_by_their_cells() {
        let table = table(
            b"code,system,text,note\na,1,A one\na,2\n\"b,\"\"c\",1,\"two\nlines\",more\n,,\n",
        );
        assert_eq!(table.len(), 3);
        assert_eq!((table.line(0), table.line(1), table.line(2), table.line(3)), (2, 3, 4, 0));
        let index = table.index(&[0, 1]).unwrap();
        assert_eq!(index.row(&[b"a", b"1"]), Some(0));
        assert_eq!(index.row(&[b"a", b"2"]), Some(1));
        assert_eq!(index.row(&[b"a1", b""]), None);
        assert_eq!(index.row(&[b"a"]), None);
        let row = table.index(&[2]).unwrap().row(&[b"two\nlines"]).unwrap();
        assert_eq!(table.cell(row, 0), b"b,\"c");
        assert_eq!(
            (table.cell(row, 3), table.cell(row, 4), table.cell(9, 0)),
            (&b"more"[..], &b""[..], &b""[..])
        );
        assert_eq!(table.cell(1, 2), b"");
        assert!(Arc::ptr_eq(&index, &table.index(&[0, 1]).unwrap()));
    }

    #[test]
    fn errors_name_lines_and_no_cells() {
        let repeated = b"code\nsecret\nx\n\n\r\nsecret\n";
        assert_eq!(error(repeated, &[0]), "codes.csv: line 6 repeats the key of line 2");
        assert_eq!(
            error(b"a,b\n1,2\n1,2\n", &[0, 1]),
            "codes.csv: line 3 repeats the key of line 2"
        );
        assert_eq!(error(b"a,b\n1\n1,\n", &[1]), "codes.csv: line 3 repeats the key of line 2");
        assert_eq!(error(b"code\nx\nsecret\xE9\n", &[0]), "codes.csv: line 3 is not in UTF-8");
        assert_eq!(
            error(b"a,b\n1,2\n3,secret, 4\n", &[0]),
            "codes.csv: line 3 has more cells than the header"
        );
        assert_eq!(
            error(b"a,b\n1,\"2\n3,secret\n", &[0]),
            "codes.csv: line 2 has a quote that is not closed as it should be"
        );
        assert_eq!(error(b"", &[0]), "codes.csv: there is no header");
        assert_eq!(error(b"\n\r\n", &[0]), "codes.csv: there is no header");
    }

    #[test]
    fn a_file_is_loaded_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("codes.csv"), "code,text\na,A\n").unwrap();
        let tables = Tables::new(folder.path());
        let table = tables.load("codes.csv").unwrap();
        assert!(Arc::ptr_eq(&table, &tables.load("./codes.csv").unwrap()));
        assert!(table.name().ends_with("codes.csv"));
        let error = tables.load("no\nne.csv").unwrap_err();
        assert!(error.contains("no⏎ne.csv: No such file"), "{error}");
    }
}
