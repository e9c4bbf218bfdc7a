//! Codes of an overlay: written in it, or in a table beside it.

use super::super::ProfileError;
use super::super::sheet::{Keys, Value, Word, none};
use super::Beside;
use crate::ops::transform::functions::tables::Table;
use crate::ops::validate::model::{CodeDef, CodeList, CodeUsage, Codes, Strength, Text, ValueSet};

/// How codes are written: `["M", "F"]`, `{ M = "Male", F = "Female" }`, or the name of a CSV file.
pub(super) fn read(
    codes: Value<'_>,
    system: &str,
    column: Option<&Word<'_>>,
    files: &mut Beside<'_, '_>,
) -> Result<CodeList, ProfileError> {
    let mut list = CodeList::default();
    if let Some(name) = codes.as_word() {
        let (shown, bytes) = files.read(&name)?;
        let table = Table::read(shown, &bytes).map_err(|why| name.error(why))?;
        from_table(&table, system, column, &mut list).map_err(|why| name.error(why))?;
        return Ok(list);
    }
    if let Some(column) = column {
        return Err(column.error("`column` is of a CSV file, whose name `codes` gives then"));
    }
    if codes.is_table() {
        for (code, display) in codes.keys()?.all() {
            add(&mut list, code.text, display.word()?.text, system, CodeUsage::Required);
        }
    } else {
        for code in codes.words()? {
            add(&mut list, code.text, "", system, CodeUsage::Required);
        }
    }
    match list.codes.is_empty() {
        true => Err(codes.error("there are no codes")),
        false => Ok(list),
    }
}

/// The code in the first column or the one named so, and what it means, its system, and whether it
/// may be used (R, P, E) where there are columns with these names.
fn from_table(
    table: &Table,
    system: &str,
    column: Option<&Word<'_>>,
    list: &mut CodeList,
) -> Result<(), String> {
    let code = match column {
        Some(name) => table.column(name.text).ok_or_else(|| {
            format!("{}: there is no such column as `column` names", table.name())
        })?,
        None => table.column("code").unwrap_or(0),
    };
    let display = table.column("display");
    let systems = table.column("system");
    let usages = table.column("usage");
    for row in 0..table.len() {
        let cell = |column: usize| std::str::from_utf8(table.cell(row, column)).unwrap_or_default();
        if cell(code).is_empty() {
            let line = table.line(row);
            return Err(format!("{}: line {line} has no code", table.name()));
        }
        let usage = match usages.map(cell) {
            None | Some("" | "R") => CodeUsage::Required,
            Some("P") => CodeUsage::Permitted,
            Some("E") => CodeUsage::Excluded,
            Some(_) => {
                let line = table.line(row);
                return Err(format!("{}: line {line}: usage is R, P or E", table.name()));
            }
        };
        let own = systems.map(cell).filter(|own| !own.is_empty());
        add(list, cell(code), display.map(cell).unwrap_or_default(), own.unwrap_or(system), usage);
    }
    match table.is_empty() {
        true => Err(format!("{}: there are no codes", table.name())),
        false => Ok(()),
    }
}

fn add(list: &mut CodeList, code: &str, display: &str, system: &str, usage: CodeUsage) {
    let at = list.codes.len() as u32;
    list.by_code.entry(code.as_bytes().into()).or_default().push(at);
    let owned = |text: &str| -> Text { text.to_owned().into() };
    let (code, display, system) = (owned(code), owned(display), owned(system));
    list.codes.push(CodeDef { code, display, system, usage, pattern: None });
}

/// A set of `[value-sets]`.
pub(super) fn value_set(
    id: &Word<'_>,
    mut keys: Keys<'_>,
    files: &mut Beside<'_, '_>,
) -> Result<ValueSet, ProfileError> {
    let name = keys.word("name")?.map_or("", |word| word.text);
    let codes = keys.take("codes");
    let system = keys.word("system")?.map_or("", |word| word.text);
    let column = keys.word("column")?;
    let is_open = keys.take("open").map_or(Ok(false), |value| value.flag())?;
    keys.end(none)?;
    let codes = codes.ok_or_else(|| id.error("`codes` is missing"))?;
    let codes = read(codes, system, column.as_ref(), files)?;
    Ok(of(id.text, name, is_open, codes))
}

/// A set of these codes.
pub(super) fn of(id: &str, name: &str, is_open: bool, codes: CodeList) -> ValueSet {
    ValueSet {
        id: id.to_owned().into(),
        name: name.to_owned().into(),
        is_open,
        is_excluded: false,
        stability: Text::default(),
        codes: Codes::Listed(codes),
    }
}

/// How binding a set is.
pub(super) fn strength(word: &Word<'_>) -> Result<Strength, ProfileError> {
    match word.text {
        "R" => Ok(Strength::Required),
        "S" => Ok(Strength::Suggested),
        "U" => Ok(Strength::Undetermined),
        _ => Err(word.error("R (required), S (suggested) or U (undetermined) is expected")),
    }
}
