//! Codes and units that tables translate.

use super::tables::{Index, Table, Tables};
use super::{Bound, Literals, arg};
use crate::core::expr::{Decimal, ExternalFunction, Host};
use std::sync::Arc;

const FILE: &str = "the name of a CSV file in quotes";

#[derive(Debug)]
struct Lookup {
    table: Arc<Table>,
    index: Arc<Index>,
    column: usize,
}

/// `lookup("file.csv", key, "column"[, default])`
pub(super) fn lookup(tables: &Tables, args: Literals<'_>) -> Bound {
    let file = args.text(0, FILE)?;
    let column = args.text(2, "the name of a column in quotes")?;
    let unreadable = |reason| (0, format!("a table of codes, but {reason}"));
    let table = tables.load(file).map_err(unreadable)?;
    let index = table.index(&[0]).map_err(unreadable)?;
    let Some(column) = table.column(column) else {
        return Err((2, format!("a column that {} has in its header", table.name())));
    };
    Ok(Arc::new(Lookup { table, index, column }))
}

impl ExternalFunction for Lookup {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        match self.index.row(&[arg(args, 1)]) {
            Some(row) => self.table.cell(row, self.column).to_vec(),
            None => arg(args, 3).to_vec(),
        }
    }
}

#[derive(Debug)]
struct Convert {
    index: Arc<Index>,
    /// What each row multiplies with, and adds then.
    steps: Vec<(Decimal, Decimal)>,
}

/// `convert(x, from, to, "units.csv")`
pub(super) fn convert(tables: &Tables, args: Literals<'_>) -> Bound {
    let wrong = |reason: String| (3, format!("a table of units, but {reason}"));
    let table = tables.load(args.text(3, FILE)?).map_err(wrong)?;
    let column = |name| {
        let missing = || wrong(format!("{} has no column `{name}`", table.name()));
        table.column(name).ok_or_else(missing)
    };
    let index = table.index(&[column("from")?, column("to")?]).map_err(wrong)?;
    let (factor, offset) = (column("factor")?, table.column("offset"));
    let steps = (0..table.len()).map(|row| {
        let number = |column| Decimal::read(table.cell(row, column).trim_ascii());
        let none = |column| table.cell(row, column).trim_ascii().is_empty();
        let offset = offset.filter(|&column| !none(column)).map_or(Decimal::read(b"0"), number);
        number(factor).zip(offset).ok_or_else(|| {
            let (name, line) = (table.name(), table.line(row));
            wrong(format!("{name}: line {line} has something else than numbers to convert with"))
        })
    });
    let steps = steps.collect::<Result<_, _>>()?;
    Ok(Arc::new(Convert { index, steps }))
}

impl Convert {
    fn converted(&self, x: &[u8], row: usize) -> Option<Decimal> {
        let &(factor, offset) = self.steps.get(row)?;
        Decimal::read(x)?.times(factor)?.plus(offset)
    }
}

impl ExternalFunction for Convert {
    fn call(&self, args: &[&[u8]], _: &dyn Host) -> Vec<u8> {
        let (x, from, to) = (arg(args, 0), arg(args, 1), arg(args, 2));
        if from == to {
            return x.to_vec();
        }
        let converted = self.index.row(&[from, to]).and_then(|row| self.converted(x, row));
        converted.map(|number| number.write().into_bytes()).unwrap_or_default()
    }
}
