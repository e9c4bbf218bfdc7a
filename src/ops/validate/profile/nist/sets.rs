//! `ValueSetLibrary`: value sets (`ValueSets.xsd`).

use super::super::ProfileError;
use super::super::xml::Element as Tag;
use super::structure::text;
use crate::dictionary::{Version, standard};
use crate::ops::validate::model::{
    CodeDef, CodeList, CodeUsage, Codes, SetIx, StandardCodes, ValueSet,
};
use std::collections::HashMap;

/// Value sets by their ids.
#[derive(Debug)]
pub(super) struct Sets {
    version: Version,
    /// What NIST's validator does not find is not to be found here either.
    nist: bool,
    sets: Vec<ValueSet>,
    places: HashMap<String, SetIx>,
}

impl Sets {
    pub(super) fn new(version: Version, nist: bool) -> Self {
        Self { version, nist, sets: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn into_sets(self) -> Vec<ValueSet> {
        self.sets
    }

    /// Reads the sets of a library. Of two with one id the last counts.
    pub(super) fn read(&mut self, library: &Tag<'_>) -> Result<(), ProfileError> {
        let definitions = library.all("ValueSetDefinitions");
        // Older libraries have no groups of definitions.
        let loose = library.all("ValueSetDefinition");
        let grouped = definitions.flat_map(|group| group.children().collect::<Vec<_>>());
        for tag in grouped.filter(|tag| tag.name() == "ValueSetDefinition").chain(loose) {
            let set = set(&tag)?;
            self.put(set);
        }
        let excluded = library.child("NoValidation");
        for id in excluded.iter().flat_map(|e| e.all("BindingIdentifier")) {
            let at = self.named(&id.text());
            if let Some(set) = self.sets.get_mut(at.0 as usize) {
                set.is_excluded = true;
            }
        }
        Ok(())
    }

    fn put(&mut self, set: ValueSet) -> SetIx {
        let at = SetIx(self.sets.len() as u32);
        let place = *self.places.entry(set.id.to_string()).or_insert(at);
        match self.sets.get_mut(place.0 as usize) {
            Some(known) => *known = ValueSet { is_excluded: known.is_excluded, ..set },
            None => self.sets.push(set),
        }
        place
    }

    /// The set with an id; one without codes if there is none.
    pub(super) fn named(&mut self, id: &str) -> SetIx {
        if let Some(&known) = self.places.get(id) {
            return known;
        }
        let number = id.strip_prefix("HL7").unwrap_or(id);
        let table = standard().table(number).filter(|table| table.is_listed(self.version));
        let table = table.filter(|_| !self.nist);
        let codes = table.map(|table| Codes::Standard(StandardCodes::new(table, self.version)));
        self.put(ValueSet {
            id: text(id),
            name: table.map_or_else(Default::default, |table| table.name().into()),
            is_open: table.is_some_and(|table| !table.is_closed(self.version)),
            is_excluded: false,
            stability: Default::default(),
            codes: codes.unwrap_or(Codes::Missing),
        })
    }

    /// A set of one code.
    pub(super) fn of_one(&mut self, code: &str, system: &str) -> SetIx {
        let mut list = CodeList::default();
        let (display, usage) = (Default::default(), CodeUsage::Required);
        add(
            &mut list,
            CodeDef { code: text(code), display, system: text(system), usage, pattern: None },
        );
        let id = format!("{code}^^{system}");
        self.put(ValueSet {
            id: id.into(),
            name: Default::default(),
            is_open: false,
            is_excluded: false,
            stability: Default::default(),
            codes: Codes::Listed(list),
        })
    }
}

fn set(tag: &Tag<'_>) -> Result<ValueSet, ProfileError> {
    let is_open = match tag.attribute("Extensibility") {
        Some("Open") => true,
        Some("Closed" | "Undefined") | None => false,
        Some(other) => return Err(tag.error(format!("Extensibility: {other} is not known"))),
    };
    let mut list = CodeList::default();
    for element in tag.all("ValueElement") {
        let code = code(&element)?;
        add(&mut list, code);
    }
    Ok(ValueSet {
        id: text(tag.required("BindingIdentifier")?),
        name: text(tag.attribute("Name").unwrap_or_default()),
        is_open,
        is_excluded: false,
        stability: text(tag.attribute("Stability").unwrap_or_default()),
        codes: Codes::Listed(list),
    })
}

fn code(tag: &Tag<'_>) -> Result<CodeDef, ProfileError> {
    let usage = match tag.attribute("Usage") {
        Some("R") | None => CodeUsage::Required,
        Some("P") => CodeUsage::Permitted,
        Some("E") => CodeUsage::Excluded,
        Some(other) => return Err(tag.error(format!("Usage: {other} is none of R, P, E"))),
    };
    let pattern = match tag.attribute("CodePattern") {
        None => None,
        Some(written) => Some(
            regex::bytes::Regex::new(&format!("^(?:{written})$"))
                .map_err(|_| tag.error("CodePattern is not understood"))?,
        ),
    };
    Ok(CodeDef {
        code: text(tag.attribute("Value").unwrap_or_default()),
        display: text(tag.attribute("DisplayName").unwrap_or_default()),
        system: text(tag.attribute("CodeSystem").unwrap_or_default()),
        usage,
        pattern,
    })
}

fn add(list: &mut CodeList, code: CodeDef) {
    let at = list.codes.len() as u32;
    if code.pattern.is_some() {
        list.patterns.push(at);
    }
    list.by_code.entry(code.code.as_bytes().into()).or_default().push(at);
    list.codes.push(code);
}
