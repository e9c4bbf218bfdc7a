//! Message structures that are ready to be written.

use super::Fill;
use super::compile::{Compiler, SegmentPlan};
use super::lists::Domain;
use super::rows;
use super::story::{Kind, Message};
use crate::dictionary::{self, VersionView};
use std::collections::HashMap;

/// Messages of one type and event.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) message: Message,
    pub(super) nodes: Vec<Node>,
    /// So many kinds of segments are numbered.
    pub(super) counters: usize,
}

/// A position in a message.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) what: What,
    /// How often it is there, in percent.
    pub(super) chance: u8,
    /// How many there are at most.
    pub(super) most: u8,
    /// Instead: observations, as many as there are tests.
    pub(super) series: Option<Domain>,
    /// Not there for what has no specimen.
    pub(super) of_specimen: bool,
}

#[derive(Debug)]
pub(super) enum What {
    Segment {
        /// The place of its plan.
        plan: usize,
        /// Which counter gives its set id.
        counter: usize,
        /// The lists of which it draws rows.
        drawn: Vec<usize>,
        /// It tells the next test.
        is_test: bool,
    },
    Group {
        children: Vec<Node>,
        is_choice: bool,
        /// The counters that begin anew.
        counters: Vec<usize>,
        /// It is about an order of its own.
        is_order: bool,
    },
}

/// The segments of all plans, each once.
pub(super) struct Segments {
    compiler: Compiler,
    fill: Fill,
    view: &'static VersionView,
    by_id: HashMap<(&'static str, &'static str), usize>,
    pub(super) all: Vec<SegmentPlan>,
}

/// Segments that begin an order or another act.
const ORDERS: [&str; 8] = ["ORC", "OBR", "RXO", "RXE", "RXD", "RXG", "RXA", "ODS"];

impl Segments {
    pub(super) fn new(view: &'static VersionView, fill: Fill) -> Self {
        let compiler = Compiler::new(view.version(), fill);
        Self { compiler, fill, view, by_id: HashMap::new(), all: Vec::new() }
    }

    /// A plan for messages of a structure.
    pub(super) fn plan(&mut self, message: Message, nodes: &'static [dictionary::Node]) -> Plan {
        let root = Frame { main: Main::Nothing, at: 0, counters: Vec::new() };
        let mut writer = Writer { segments: self, message, frames: vec![root], counters: 0 };
        let nodes = writer.nodes(nodes, Around::default());
        Plan { message, nodes, counters: writer.counters }
    }

    fn segment(&mut self, id: &'static str, code: &'static str) -> usize {
        let code = if rows::depends_on_type(id) { code } else { "" };
        *self.by_id.entry((id, code)).or_insert_with(|| {
            self.all.push(self.compiler.segment(id, code));
            self.all.len() - 1
        })
    }
}

/// What is around nodes.
#[derive(Clone, Copy, Debug, Default)]
struct Around {
    in_order: bool,
    in_series: bool,
    in_specimen: bool,
    in_prior: bool,
}

/// A group under way.
#[derive(Debug)]
struct Frame {
    main: Main,
    /// Its place in the group around it.
    at: usize,
    /// The counters that begin anew with it.
    counters: Vec<usize>,
}

/// What a group is about, so that it begins anew with each of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Main {
    /// Its first required segment, by its place.
    Child(usize),
    /// Whatever is in it, of a choice.
    Any,
    Nothing,
}

struct Writer<'s> {
    segments: &'s mut Segments,
    message: Message,
    frames: Vec<Frame>,
    counters: usize,
}

impl Writer<'_> {
    fn nodes(&mut self, nodes: &'static [dictionary::Node], around: Around) -> Vec<Node> {
        let all = self.segments.fill != Fill::Required;
        let wanted = nodes.iter().enumerate().filter(|(_, node)| all || !node.is_optional());
        wanted.map(|(at, node)| self.node(at, node, around)).collect()
    }

    fn node(&mut self, at: usize, node: &'static dictionary::Node, mut around: Around) -> Node {
        let fill = self.segments.fill;
        let lead = lead(node);
        let row = rows::segment(lead);
        let is_certain = !node.is_optional() || fill == Fill::All;
        let begins_series = lead == "OBX" && !around.in_series;
        let series = begins_series.then(|| self.domain(around));
        let may_repeat = node.is_repeating() && fill != Fill::Required;
        let most = match fill {
            _ if !may_repeat => 1,
            _ if begins_series => u8::MAX,
            // A message is about one patient.
            Fill::Typical if lead != "PID" => row.most,
            _ => 1,
        };
        let is_specimen = matches!(lead, "SPM" | "SAC");
        // What was found before is told now and then, of the specimen itself hardly ever.
        let is_prior = !around.in_prior && node.name().contains("PRIOR");
        around.in_prior |= is_prior;
        let chance = match () {
            () if is_certain => 100,
            () if begins_series && around.in_specimen => 1,
            () if is_prior => 5,
            () => row.chance,
        };
        around.in_series |= begins_series;
        around.in_specimen |= is_specimen;
        let what = match node {
            dictionary::Node::Segment { id, .. } => self.segment(at, id, row.drawn),
            dictionary::Node::Group { children, .. } => {
                self.group(at, children, first_required(children), around)
            }
            dictionary::Node::Choice { children, .. } => {
                self.group(at, children, Main::Any, around)
            }
        };
        Node { what, chance, most, series, of_specimen: is_specimen && node.is_optional() }
    }

    fn segment(&mut self, at: usize, id: &'static str, drawn: Vec<usize>) -> What {
        let id = if id == ANY { self.any() } else { id };
        let plan = self.segments.segment(id, self.message.code);
        // Set ids count in the innermost group that does not begin anew with each.
        let (mut place, mut depth) = (at, self.frames.len() - 1);
        while depth > 0 && self.frames[depth].has_main(place) {
            place = self.frames[depth].at;
            depth -= 1;
            // Groups are the main thing of choices alone.
            if self.frames[depth].main != Main::Any {
                break;
            }
        }
        self.frames[depth].counters.push(self.counters);
        self.counters += 1;
        What::Segment { plan, counter: self.counters - 1, drawn, is_test: id == "OBX" }
    }

    /// A segment for where any may stand: of test batteries, or a note in versions without those.
    fn any(&self) -> &'static str {
        if self.segments.view.segment(b"OM2").is_some() { "OM2" } else { "NTE" }
    }

    fn group(
        &mut self,
        at: usize,
        children: &'static [dictionary::Node],
        main: Main,
        mut around: Around,
    ) -> What {
        let is_order =
            !around.in_order && children.iter().any(|child| ORDERS.contains(&child.name()));
        around.in_order |= is_order;
        let is_choice = main == Main::Any;
        self.frames.push(Frame { main, at, counters: Vec::new() });
        let nodes = if is_choice {
            // One of these has to be there, whatever of it is optional.
            let real = |node: &&dictionary::Node| lead(node) != ANY;
            let some = children.iter().any(|node| real(&node));
            let wanted = children.iter().enumerate().filter(|(_, node)| !some || real(node));
            wanted.map(|(at, node)| Node { chance: 100, ..self.node(at, node, around) }).collect()
        } else {
            self.nodes(children, around)
        };
        let counters = self.frames.pop().map(|frame| frame.counters).unwrap_or_default();
        What::Group { children: nodes, is_choice, counters, is_order }
    }

    /// What is observed at a place.
    fn domain(&self, around: Around) -> Domain {
        match self.message.code {
            "VXU" | "VXR" => Domain::Vaccine,
            "MDM" => Domain::Document,
            _ if around.in_specimen => Domain::Vitals,
            _ if around.in_prior => Domain::Lab,
            _ if !around.in_order => Domain::Vitals,
            code if self.message.kind == Kind::Result && code.starts_with('O') => Domain::Lab,
            _ => Domain::Vitals,
        }
    }
}

impl Frame {
    fn has_main(&self, place: usize) -> bool {
        match self.main {
            Main::Child(main) => main == place,
            Main::Any => true,
            Main::Nothing => false,
        }
    }
}

/// Where any segment may stand.
const ANY: &str = "ANYHL7SEGMENT";

fn first_required(children: &[dictionary::Node]) -> Main {
    let is_required = |node: &dictionary::Node| {
        matches!(node, dictionary::Node::Segment { .. }) && !node.is_optional()
    };
    children.iter().position(is_required).map_or(Main::Nothing, Main::Child)
}

/// The segment that decides how often a node is there: itself, or the first that a group requires.
fn lead(node: &dictionary::Node) -> &'static str {
    let children = node.children();
    let required = children.iter().find(|child| !child.is_optional());
    match required.or_else(|| children.first()) {
        Some(child) => lead(child),
        None => node.name(),
    }
}
