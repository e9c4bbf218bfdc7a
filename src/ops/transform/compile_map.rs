//! From the text of a `map` statement to its table.

use super::compile::Compiler;
use super::map::{Keep, Map, MapColumns, Original};
use super::statement::What;
use crate::core::SyntaxError;

impl Compiler<'_> {
    /// The statement `map`, behind its name.
    pub(super) fn map(&mut self) -> Result<(String, What), SyntaxError> {
        let path = self.place()?;
        if !self.reader.keyword("with") {
            return self.reader.error("`with` and a file");
        }
        let at = self.reader.place();
        let Some(file) = self.reader.quoted()? else {
            return self.reader.error("the name of a file in quotes");
        };
        let table = self
            .names
            .functions
            .tables()
            .load(&file)
            .map_err(|why| SyntaxError::new(at, format!("a table, but {why}")))?;
        let columns_at = self.reader.place();
        let mut columns = MapColumns::default();
        if self.reader.symbol("(") {
            loop {
                let name = self.reader.word().to_ascii_lowercase();
                let Some(column) = columns.named(&name) else {
                    return self.reader.error("from, to, display, system or from_system, and `:`");
                };
                if !self.reader.symbol(":") {
                    return self.reader.error("`:` and the name of a column in quotes");
                }
                let Some(text) = self.reader.quoted()? else {
                    return self.reader.error("the name of a column in quotes");
                };
                *column = Some(text);
                if self.reader.symbol(")") {
                    break;
                }
                if !self.reader.symbol(",") {
                    return self.reader.error("`,` or `)`");
                }
            }
        }
        let mut keep = Keep::Code;
        let mut original = Original::Goes;
        loop {
            if self.reader.keyword("default") {
                keep = self.default()?;
            } else if self.reader.keyword("keep") {
                if !self.reader.keyword("original") {
                    return self.reader.error("`original`");
                }
                let always = self.reader.keyword("always");
                original = if always { Original::Replaces } else { Original::Alternate };
            } else {
                break;
            }
        }
        let about = path.to_string();
        let map = Map::new(path, &file, &table, &columns, keep, original)
            .map_err(|expected| SyntaxError::new(columns_at, expected))?;
        Ok((about, What::Map(Box::new(map))))
    }

    /// What becomes of a code that the table does not have.
    fn default(&mut self) -> Result<Keep, SyntaxError> {
        if let Some(text) = self.reader.quoted()? {
            return Ok(Keep::Text(text));
        }
        if self.reader.keyword("keep") {
            Ok(Keep::Code)
        } else if self.reader.keyword("empty") {
            Ok(Keep::Nothing)
        } else if self.reader.keyword("reject") {
            Ok(Keep::Reject)
        } else {
            self.reader.error("`keep`, `empty`, `reject` or a text in quotes")
        }
    }
}
