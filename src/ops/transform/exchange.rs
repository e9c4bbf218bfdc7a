//! The statement that exchanges codes.

use super::Fault;
use super::map::{Keep, Map, Mapped};
use super::run::{Done, Run};
use crate::core::Part;
use crate::core::edit::Change;
use std::ops::ControlFlow;

impl<'a, S> Run<'_, 'a, S> {
    /// Exchanges the codes at a path by a table.
    pub(super) fn map(&mut self, map: &Map) -> Done<()> {
        let s = self.message.separators();
        let Some(position) = &map.path.position else { return Ok(()) };
        for index in self.targets(&map.path) {
            let segment = self.segment(index);
            let mut values: Vec<&'a [u8]> = Vec::new();
            let _ = position.for_each(segment, &self.scope(), &mut |raw| {
                values.push(raw);
                ControlFlow::Continue(())
            });
            let mut replaced = Vec::new();
            for raw in values.into_iter().filter(|raw| !raw.is_empty()) {
                let scope = self.scope();
                let text = |raw: &'a [u8]| scope.text(raw);
                let parts: Vec<&'a [u8]> = match position.part {
                    Part::WHOLE => raw.split(|&b| b == s.component).collect(),
                    _ => vec![raw],
                };
                let texts: Vec<_> = parts.iter().take(3).map(|part| text(part)).collect();
                match map.look_up(&texts) {
                    Mapped::Same => {}
                    Mapped::Unknown(keep) => {
                        self.unmapped.count(map, &texts);
                        match keep {
                            Keep::Code => {}
                            Keep::Reject => {
                                return Err(Fault::of("a code that the table does not have"));
                            }
                            Keep::Nothing => replaced.push((raw, &b""[..])),
                            Keep::Text(text) => {
                                let code = self.written(text.as_bytes())?;
                                let new = map.rewritten(&parts, [Some(code), None, None], s)?;
                                replaced.push((raw, self.draft.keep(&new)));
                            }
                        }
                    }
                    Mapped::To(row) => {
                        let mut new = [None; 3];
                        for (new, text) in new.iter_mut().zip(row) {
                            *new = text.map(|text| self.written(text)).transpose()?;
                        }
                        let new = map.rewritten(&parts, new, s)?;
                        replaced.push((raw, self.draft.keep(&new)));
                    }
                }
            }
            if !replaced.is_empty() {
                let change =
                    |(raw, new): &(&[u8], &'a [u8])| (Change::replace(segment.raw(), raw), *new);
                let (changes, values): (Vec<_>, Vec<_>) = replaced.iter().map(change).unzip();
                self.splice(index, changes, |n| values[n]);
            }
        }
        Ok(())
    }
}
