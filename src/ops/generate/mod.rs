//! Messages that nobody sent, of people who do not exist: valid, plausible, and the same for the
//! same seed.
//!
//! A [`Generator`] makes of each kind of message that is wanted a plan: the structure of the
//! standard with, for each field, the template that data/fields.tsv has for it, or something that
//! its data type and code table allow, reduced to what the version knows. To write a message is to
//! begin a story (a patient, a visit, orders) and to walk the plan.

mod compile;
mod kind;
mod lists;
mod observed;
mod plan;
mod random;
mod rows;
mod source;
mod story;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use kind::{NoType, Unknown, Wanted, What as Kind};

use crate::dictionary::{Version, standard};
use compile::SegmentPlan;
use observed::TestTypes;
use plan::{Node, Plan, Segments, What};
use random::Random;
use story::Story;

/// How much of what may be absent is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// Nothing.
    Required,
    /// What such messages have in general.
    #[default]
    Typical,
    /// Everything, once.
    All,
}

/// What decides on the messages.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The same seed gives the same messages.
    pub seed: u64,
    /// The version of the standard.
    pub version: Version,
    /// How much there is in them.
    pub fill: Fill,
    /// The time of the first message, in seconds since 1970, as of a clock on the wall.
    pub start: i64,
}

/// Makes messages.
#[derive(Debug)]
pub struct Generator {
    settings: Settings,
    types: TestTypes,
    /// What comes in turn, or by chance: plans of which one is drawn.
    turns: Vec<Vec<Plan>>,
    /// Up to each of the turns, the sum of the weights; empty if they come in turn.
    weights: Vec<u64>,
    segments: Vec<SegmentPlan>,
}

/// Messages of a generator, one after the other.
#[derive(Debug)]
pub struct Messages<'g> {
    generator: &'g Generator,
    story: Story<'g>,
    random: Random,
    written: u64,
    /// The last set ids of the lists in the message.
    counters: Vec<u64>,
    /// The last segment and its set id.
    last: (&'static str, u64),
}

impl Generator {
    /// Makes plans for what is wanted; for nothing in particular, what a hospital sends.
    ///
    /// # Errors
    /// If the version has no such messages.
    pub fn new(wanted: &[Wanted], settings: Settings) -> Result<Self, Unknown> {
        let view = standard().version(settings.version);
        let mut segments = Segments::new(view, settings.fill);
        let mut kinds = Vec::new();
        for Wanted { what, weight } in wanted {
            let found = kind::find(what, settings.version)?;
            kinds.extend(found.into_iter().map(|messages| (messages, *weight)));
        }
        if wanted.is_empty() {
            let hospital = kind::hospital(settings.version).into_iter();
            kinds.extend(hospital.map(|(message, weight)| (vec![message], Some(weight))));
        }
        let mut weights = Vec::new();
        if kinds.iter().any(|(_, weight)| weight.is_some()) {
            let mut sum = 0;
            weights.extend(kinds.iter().map(|(_, weight)| {
                sum += u64::from(weight.unwrap_or(1));
                sum
            }));
        }
        let turns = kinds.into_iter().map(|(messages, _)| {
            let plans = messages.into_iter().filter_map(|message| {
                let structure = view.structure(message.structure)?;
                Some(segments.plan(message, structure.nodes()))
            });
            plans.collect()
        });
        let turns = turns.collect();
        let types = observed::test_types(settings.version);
        Ok(Self { settings, types, turns, weights, segments: segments.all })
    }

    /// How many kinds of messages come in turn; 0 if they come by chance.
    #[must_use]
    pub fn turns(&self) -> usize {
        if self.weights.is_empty() { self.turns.len() } else { 0 }
    }

    /// The messages from the first on.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        let Settings { seed, version, start, .. } = self.settings;
        Messages {
            generator: self,
            story: Story::new(seed, start, version, &self.types),
            random: Random::of(seed, 0, 0),
            written: 0,
            counters: Vec::new(),
            last: ("", 0),
        }
    }
}

impl<'g> Messages<'g> {
    /// Appends the next message, its segments separated by CR.
    pub fn append(&mut self, out: &mut Vec<u8>) {
        let Some(plan) = self.next_plan() else { return };
        self.written += 1;
        self.story.begin(plan.message);
        self.counters.clear();
        self.counters.resize(plan.counters, 0);
        self.last = ("", 0);
        self.nodes(&plan.nodes, out);
        // The last segment ends the message.
        if out.last() == Some(&b'\r') {
            out.pop();
        }
    }

    fn next_plan(&mut self) -> Option<&'g Plan> {
        let Generator { turns, weights, .. } = self.generator;
        let at = match weights.last() {
            None => (self.written % turns.len().max(1) as u64) as usize,
            Some(&sum) => {
                let drawn = self.random.below(sum);
                weights.partition_point(|&upto| upto <= drawn)
            }
        };
        let plans = turns.get(at)?;
        plans.get(self.random.at(plans.len()))
    }

    fn nodes(&mut self, nodes: &[Node], out: &mut Vec<u8>) {
        for node in nodes {
            self.node(node, out);
        }
    }

    fn node(&mut self, node: &Node, out: &mut Vec<u8>) {
        let story = &mut self.story;
        if !story.random.chance(node.chance)
            || (node.of_specimen && story.observed.panel().specimen.is_empty())
        {
            return;
        }
        let mut count = 1;
        if let Some(domain) = node.series {
            count = story.observed.start(domain, &mut story.random).min(usize::from(node.most));
        } else if node.most > 1 {
            count = 1 + story.random.at(usize::from(node.most));
        }
        for _ in 0..count {
            match &node.what {
                What::Segment { plan, counter, drawn, is_test } => {
                    drawn.iter().for_each(|&list| self.story.draw(list));
                    if *is_test {
                        self.story.observed.next(&mut self.story.random);
                    }
                    self.segment(*plan, *counter, out);
                }
                What::Group { children, is_choice, counters, is_order } => {
                    counters.iter().for_each(|&counter| self.counters[counter] = 0);
                    if *is_order {
                        self.story.begin_order();
                    }
                    if *is_choice && !children.is_empty() {
                        let at = self.story.random.at(children.len());
                        self.node(&children[at], out);
                    } else {
                        self.nodes(children, out);
                    }
                }
            }
        }
    }

    fn segment(&mut self, plan: usize, counter: usize, out: &mut Vec<u8>) {
        let plan = &self.generator.segments[plan];
        let story = &mut self.story;
        if plan.is_numbered {
            // What follows its like goes on from that: who reads the message cannot tell that a
            // note behind a note belongs to something else.
            let (id, last) = self.last;
            let before = if id == plan.id { last } else { self.counters[counter] };
            self.counters[counter] = before + 1;
            story.set_id = before + 1;
        }
        self.last = (plan.id, story.set_id);
        out.extend_from_slice(plan.id.as_bytes());
        let mut written = 0;
        if plan.id == "MSH" {
            // The field separator is the first field.
            out.extend_from_slice(b"|^~\\&");
            written = 2;
        }
        let first = out.len();
        for field in &plan.fields {
            if !story.random.chance(field.chance) {
                continue;
            }
            story.pick = story.random.next();
            let start = out.len();
            out.resize(start + field.number - written, b'|');
            let before = out.len();
            field.value.write(story, b"^&", out);
            if out.len() == before {
                out.truncate(start);
            } else {
                written = field.number;
            }
        }
        if out.len() == first {
            out.push(b'|');
        }
        out.push(b'\r');
    }
}
