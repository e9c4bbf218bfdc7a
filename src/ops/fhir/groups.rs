//! Groups that the order of segments alone does not tell: some types of message have it otherwise
//! than most. All of it is told by a look ahead, once for each segment that begins a group.

use super::input::{Input, Seg};
use super::map;

/// How a message has its groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Groups<'m> {
    input: Input<'m>,
    /// Specimens come before the orders for them, as in OUL^R22 and OML^O33.
    pub(super) specimens_first: bool,
    /// A container comes before the order for what is in it, and no specimen before both: OUL^R21.
    pub(super) containers_first: bool,
    /// The diagnoses behind the last charge are those of the visit, as in DFT^P03.
    diagnoses_last: bool,
    /// Goals come before the problems that they are about, as in PGL^PC6.
    pub(super) goals_first: bool,
    /// An ORC comes behind its OBR: OUL^R22 to R24, OPU^R25, and the results from before of OPL^O37.
    orders_behind: bool,
    /// Results come behind the specimens of their order: OUL^R24.
    results_last: bool,
    /// It asks for something: results from before may stand within an order.
    asks: bool,
}

/// What is behind an OBR and of it, up to the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behind {
    /// Its ORC.
    pub(super) order: Option<u32>,
    /// The TXA of the document of the order, whose OBX come before it.
    pub(super) document: Option<u32>,
    /// Where OBX are results, though a specimen or a container is before them.
    pub(super) results_from: Option<u32>,
}

impl<'m> Groups<'m> {
    pub(super) fn of(input: Input<'m>) -> Self {
        let comes_first = |first: &[u8; 3], second: &[u8; 3]| {
            let position = |id| input.first(id).map(|seg| seg.at());
            position(first).is_some_and(|first| position(second).is_some_and(|at| first < at))
        };
        let specimens_first = comes_first(b"SPM", b"OBR");
        let of_type = input.seg(0).peek(9);
        let (kind, event) = (of_type.first(), of_type.at(2));
        Self {
            input,
            specimens_first,
            containers_first: comes_first(b"SAC", b"OBR") && !comes_first(b"SPM", b"SAC"),
            diagnoses_last: kind == b"DFT" && event != b"P11" && has_diagnoses_last(input),
            goals_first: comes_first(b"GOL", b"PRB"),
            orders_behind: matches!(kind, b"OUL" | b"OPU" | b"OPL") && event != b"R21",
            results_last: kind == b"OUL" && event == b"R24" && !specimens_first,
            asks: map::asks_by(kind),
        }
    }

    /// What is behind an OBR, in messages that have it there.
    pub(super) fn behind(&self, obr: Seg<'m>) -> Behind {
        let mut behind = Behind::default();
        if !self.orders_behind {
            return behind;
        }
        // Whether nothing came yet but what may stand before the ORC, and before the TXA.
        let (mut begins, mut may_be_document, mut has_document) = (true, true, false);
        for at in obr.at() as u32 + 1..self.input.len() as u32 {
            match &self.input.id_at(at as usize) {
                b"NTE" | b"PRT" | b"ROL" => {}
                b"ORC" if begins => {
                    behind.order = Some(at);
                    begins = false;
                }
                b"OBX" => {
                    begins = false;
                    has_document = may_be_document;
                }
                b"OBR" => {
                    let next = self.input.seg(at as usize);
                    behind.order = behind.order.filter(|&orc| {
                        let orc = self.input.seg(orc as usize);
                        has_number_of(orc, obr) || !has_number_of(orc, next)
                    });
                    break;
                }
                id => {
                    begins = false;
                    if id == b"TXA" && may_be_document && has_document {
                        behind.document = Some(at);
                    }
                    may_be_document = false;
                    if self.results_last && matches!(id, b"SPM" | b"SAC" | b"INV") {
                        behind.results_from = Some(at);
                    }
                }
            }
        }
        behind
    }

    /// Whether a diagnosis is of the visit, though charges stand before it.
    pub(super) fn is_of_visit(&self, dg1: Seg<'m>) -> bool {
        self.diagnoses_last && self.input.first(b"FT1").is_some_and(|ft1| ft1.at() < dg1.at())
    }

    /// The order that a container is of, in messages that have it before that.
    pub(super) fn order_of(&self, sac: Seg<'m>) -> Option<u32> {
        let mut behind = (sac.at() + 1..self.input.len()).map(|at| self.input.seg(at));
        let next = behind.find(|seg| matches!(&seg.id(), b"OBR" | b"SAC" | b"PID"))?;
        next.is(b"OBR").then_some(next.at() as u32)
    }

    // `ops::groups` tells such by the structures of the standard, where a PID has a place within an order.
    // That does not serve here: the structure of a type that has no such group, such as ORM_O01, or that
    // nobody knows, says nothing, and where it has one it takes the next patient of a sender that puts
    // several into a message for it. There, what is there cannot be asked: conditions see one segment
    // at a time. The tests below hold both against each other.
    /// Whether a PID within an order begins results from before (group PRIOR_RESULT, chapter 4), and is
    /// not the next patient; or whether an ORC behind such goes on with them, and is not the next order.
    pub(super) fn tells_of_before(&self, seg: Seg<'m>) -> bool {
        if !self.asks {
            return false;
        }
        let mut control: Option<&[u8]> = None;
        let mut result: Option<Seg<'m>> = None;
        let behind = (seg.at()..self.input.len()).map(|at| self.input.seg(at));
        for next in behind {
            match &next.id() {
                b"PID" if next.at() != seg.at() => return false,
                b"ORC" if control.is_some() => return false,
                b"ORC" if result.is_some() && self.orders_behind => control = Some(b""),
                b"ORC" | b"OBR" if result.is_some() => return false,
                b"ORC" => control = Some(next.peek(1).first()),
                b"OBR" => match (control, next.valued(22) || next.valued(25)) {
                    (Some(b"NW"), _) => return false,
                    (_, true) => return true,
                    (None | Some(b"" | b"PR" | b"RE"), false) => result = Some(next),
                    _ => return false,
                },
                b"OBX" if result.is_some() => return true,
                _ => {}
            }
        }
        false
    }
}

/// Whether no diagnosis stands between charges, where it would be of the one before.
fn has_diagnoses_last(input: Input<'_>) -> bool {
    let charges = input.count(b"FT1");
    let mut behind = input.segs().skip_while(|seg| !seg.is(b"FT1"));
    let before = behind.by_ref().take_while(|seg| !seg.is(b"DG1"));
    before.filter(|seg| seg.is(b"FT1")).count() as u32 == charges
}

/// Whether an ORC has the number of an OBR, the placer's or the filler's.
fn has_number_of(orc: Seg<'_>, obr: Seg<'_>) -> bool {
    [2, 3].into_iter().any(|n| {
        let [in_orc, in_obr] = [orc, obr].map(|seg| seg.peek(n).peek(1).peek_raw());
        !in_orc.is_empty() && in_orc == in_obr
    })
}

#[cfg(test)]
mod tests {
    use super::super::input::Index;
    use super::super::owners::Owners;
    use super::super::story::Story;
    use crate::core::{Frame, Frames, Message};
    use crate::ops::fhir::input::Input;
    use crate::ops::groups;

    /// The segments that are of results from before, with each id, as maps have it and as the groups of
    /// the standard's structures do.
    fn from_before(event: &str, segments: &str) -> [Vec<usize>; 2] {
        let text = format!("MSH|^~\\&|||||||{event}|1|P|2.5.1\r{}", segments.replace('\n', "\r"));
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let (mut index, mut memory) = (Index::default(), Owners::default());
        let story = Story::read(Input::read(&message, &mut index).unwrap(), &mut memory);
        let mut context = groups::Context::new();
        context.read(&message);
        let places = |is_before: &dyn Fn(usize) -> bool| {
            // What is around an order is no part of it here, such as an FT1 behind its results.
            let is_order = |&at: &usize| {
                matches!(&story.input().id_at(at), b"PID" | b"PV1" | b"ORC" | b"OBR" | b"OBX")
            };
            (0..context.len()).filter(is_order).filter(|&at| is_before(at)).collect()
        };
        let seg = |at| story.input().seg(at);
        [places(&|at| story.is_before(seg(at))), places(&|at| context.is_apart(at))]
    }

    #[test]
    fn results_from_before_are_those_of_the_standards_groups() {
        let new = "PID|1\nPV1|1\nORC|NW|1\nOBR|1|1||A\n";
        let next = "ORC|NW|2\nOBR|2|2||B\nOBX|1|NM|W||70";
        for (event, before, places) in [
            ("OML^O21^OML_O21", "PID|1\nOBR|1|0||Z\nOBX|1|ST|X||old\n", 5..8),
            ("OML^O21^OML_O21", "PID|2\nPV1|1\nORC|PR|0\nOBR|1|0||Z\nOBX|1|ST|X||old\n", 5..10),
            ("OML^O21^OML_O21", "PID|2\nOBR|1|0||Z||||||||||||||||||20230101\n", 5..7),
            ("OMG^O19^OMG_O19", "PID|2\nPV1|1\nORC|PR|0\nOBR|1|0||Z\nOBX|1|ST|X||old\n", 5..10),
            ("OML^O21^OML_O21", "", 0..0),
            ("ORM^O01^ORM_O01", "", 0..0),
        ] {
            let [maps, standard] = from_before(event, &format!("{new}{before}{next}"));
            assert_eq!(maps, places.collect::<Vec<_>>(), "{event} {before}");
            assert_eq!(maps, standard, "{event} {before}");
        }
    }

    /// The structure tells that something may be of before, what is there whether it is.
    #[test]
    fn what_is_told_of_before_by_what_is_there_alone() {
        let new = "PID|1\nPV1|1\nORC|NW|1\nOBR|1|1||A\n";
        let old = "PID|2\nOBR|1|0||Z\nOBX|1|ST|X||old\n";
        let [maps, standard] = from_before("ORM^O01^ORM_O01", &format!("{new}{old}"));
        assert_eq!((maps, standard), (vec![5, 6, 7], vec![]), "a structure without such a group");
        let other = "PID|2\nORC|NW|2\nOBR|2|2||B\n";
        let [maps, standard] = from_before("OML^O21^OML_O21", &format!("{new}{other}"));
        assert!(maps.is_empty() && standard.contains(&5), "the next patient: {standard:?}");
    }
}
