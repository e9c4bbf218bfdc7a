//! Code tables in files of their own: `<Specification><hl7tables>`.

use super::super::ProfileError;
use super::super::xml::Xml;
use super::TABLES;
use crate::ops::validate::model::{CodeDef, CodeList, CodeUsage, Codes, Text, ValueSet};
use std::collections::HashMap;

/// The table of code systems.
const CODE_SYSTEMS: &str = "0396";

/// The tables of some files.
#[derive(Debug, Default)]
pub(in super::super) struct Tables {
    /// By id, as `0001`.
    sets: HashMap<String, ValueSet>,
}

impl Tables {
    /// Takes up the tables of a file; one that is there already is replaced.
    ///
    /// # Errors
    /// Where it is not understood, and why.
    pub(in super::super) fn read(&mut self, file: &str, text: &str) -> Result<(), ProfileError> {
        let xml = Xml::read(file, text)?;
        let root = xml.root();
        let tables = root.child("hl7tables").filter(|_| root.name() == TABLES);
        let tables =
            tables.ok_or_else(|| root.error("<Specification> with <hl7tables> is expected"))?;
        for table in tables.all("hl7table") {
            if table.attribute("id").is_none() && table.children().next().is_none() {
                // The Messaging Workbench leaves such behind.
                continue;
            }
            let id = table.required("id")?;
            let mut list = CodeList::default();
            for (at, element) in (0..).zip(table.all("tableElement")) {
                let code = element.required("code")?;
                let owned = |name: &str| -> Text {
                    element.attribute(name).unwrap_or_default().to_owned().into()
                };
                list.by_code.entry(code.as_bytes().into()).or_default().push(at);
                list.codes.push(CodeDef {
                    code: code.to_owned().into(),
                    display: owned("description"),
                    system: Text::default(),
                    usage: CodeUsage::Required,
                    pattern: None,
                });
            }
            if id == CODE_SYSTEMS || id.strip_prefix("HL7") == Some(CODE_SYSTEMS) {
                list.patterns.push(list.codes.len() as u32);
                list.codes.push(systems());
            }
            let set = ValueSet {
                id: id.to_owned().into(),
                name: table.attribute("name").unwrap_or_default().to_owned().into(),
                is_open: false,
                is_excluded: false,
                stability: Text::default(),
                codes: Codes::Listed(list),
            };
            self.sets.insert(id.to_owned(), set);
        }
        Ok(())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The table of that id. One without codes tells nothing.
    pub(super) fn set(&self, id: &str) -> Option<ValueSet> {
        let found = self.sets.get(id)?;
        let has_codes = matches!(&found.codes, Codes::Listed(list) if !list.codes.is_empty());
        has_codes.then(|| found.clone())
    }
}

/// Tables of HL7 and what sites define: code systems without being listed (table 0396).
fn systems() -> CodeDef {
    CodeDef {
        code: "HL7nnnn".into(),
        display: Text::default(),
        system: Text::default(),
        usage: CodeUsage::Required,
        pattern: regex::bytes::Regex::new(r"\A(?:HL7\d{4}|99.+)\z").ok(),
    }
}
