//! A message structure as a state machine that takes any segment in any state.
//!
//! The state is the segment position of the structure that was met last. Where a segment goes
//! from there is decided once per structure, in this order, each from the innermost group of the
//! state outwards:
//!
//! 1. again the same position or group if it repeats, or a position after it: a segment, or the
//!    very first segment of a group;
//! 2. a group begun again with its first optional segments missing (OBR without its ORC); a
//!    position or group that should not repeat and does (two OBR under one ORC); a group after it
//!    whose first optional segments are missing;
//! 3. a position before it: senders order blocks of segments in their own ways;
//! 4. a position after it in a group whose required segments are missing (OBX without OBR).
//!
//! What has no place by these stays where the segment before it stands. Segments that annotate
//! others go by 1 only, and not past a required segment.

use crate::core::segment_id::key;
use crate::dictionary::Node;

/// No position.
pub(super) const NOWHERE: u16 = u16::MAX;

/// Says in [`Grammar::reach`] that a group has no such segment.
pub(super) const NO_REACH: u8 = u8::MAX;

/// Segments that may stand behind nearly any other and tell about that.
pub(crate) const ANNOTATIONS: [u32; 3] = [key(*b"NTE"), key(*b"PRT"), key(*b"ROL")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Segment,
    Group,
    Choice,
}

/// A node of the structure; all stand in one list, parents before children.
#[derive(Debug)]
pub(super) struct Place {
    kind: Kind,
    /// Of a group.
    pub(super) name: &'static str,
    /// Of a segment; 0 for one that no message has, such as `ANYHL7SEGMENT`.
    key: u32,
    /// The group or choice that it is in.
    parent: u16,
    /// The end of what it holds in the list.
    end: u16,
    /// How many groups it is in, the message being the first; a group counts itself.
    pub(super) depth: u8,
    /// May be left out, itself or all that it holds.
    nullable: bool,
    pub(super) repeating: bool,
    /// The segment that its group is about: the first one required.
    pub(super) is_main: bool,
    /// The group apart that it is in or is: one with a patient of its own, inside of what has its patient
    /// before it, as PRIOR_RESULT in an order (OML_O21). 0 for none.
    pub(super) apart: u16,
}

/// Where a segment goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    /// The position, or [`NOWHERE`].
    pub(super) to: u16,
    /// How many of the open groups stay open, the message being the first.
    pub(super) keep: u8,
}

/// A structure, ready to take the segments of messages.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) places: Vec<Place>,
    /// The segments that it knows, sorted.
    keys: Vec<u32>,
    /// By position and segment.
    moves: Vec<Move>,
    /// By group and segment: the least depth at which the group has the segment, but in groups apart.
    reach: Vec<u8>,
}

/// The position of MSH, in which every message begins.
pub(crate) const HEADER: u16 = 1;

impl Grammar {
    /// Of nodes whose first is MSH; `None` for a structure too large to number.
    pub(super) fn of(nodes: &[Node]) -> Option<Self> {
        let message = Place {
            kind: Kind::Group,
            name: "",
            key: 0,
            parent: NOWHERE,
            end: 0,
            depth: 1,
            nullable: false,
            repeating: false,
            is_main: false,
            apart: 0,
        };
        let mut grammar =
            Self { places: vec![message], keys: Vec::new(), moves: Vec::new(), reach: Vec::new() };
        grammar.add_all(nodes, 0)?;
        grammar.mark_main();
        grammar.mark_apart();
        let mut keys: Vec<u32> = grammar.places.iter().map(|p| p.key).filter(|&k| k > 0).collect();
        keys.sort_unstable();
        keys.dedup();
        for at in 0..grammar.places.len() {
            for &key in &keys {
                let place = &grammar.places[at];
                let is_segment = place.kind == Kind::Segment;
                let nowhere = Move { to: NOWHERE, keep: 0 };
                let found = if is_segment { grammar.find(at, key) } else { None };
                grammar.moves.push(found.unwrap_or(nowhere));
                let inside = &grammar.places[at..place.end as usize];
                let own = inside.iter().filter(|p| p.key == key && p.apart == place.apart);
                let depths = own.map(|p| p.depth);
                grammar.reach.push(depths.min().unwrap_or(NO_REACH));
            }
        }
        grammar.keys = keys;
        Some(grammar)
    }

    /// The number of a segment in this structure.
    #[inline]
    pub(super) fn symbol(&self, key: u32) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// Where a segment goes from a position.
    #[inline]
    pub(super) fn step(&self, from: u16, symbol: usize) -> Move {
        let at = usize::from(from) * self.keys.len() + symbol;
        self.moves.get(at).copied().unwrap_or(Move { to: NOWHERE, keep: 0 })
    }

    /// The least depth at which a group has a segment, but in groups apart; or [`NO_REACH`].
    #[inline]
    pub(super) fn reach(&self, group: u16, symbol: usize) -> u8 {
        let at = usize::from(group) * self.keys.len() + symbol;
        self.reach.get(at).copied().unwrap_or(NO_REACH)
    }

    /// The groups around a position, from inside out, the message last.
    pub(super) fn groups_of(&self, place: u16) -> impl Iterator<Item = u16> {
        let up = |&at: &u16| self.places.get(usize::from(at)).map(|p| p.parent);
        let is_group =
            |&at: &u16| self.places.get(usize::from(at)).is_some_and(|p| p.kind == Kind::Group);
        std::iter::successors(up(&place), up).filter(is_group)
    }

    /// Whether a segment is what the group begins with.
    pub(super) fn begins_with(&self, group: u16, key: u32) -> bool {
        self.first(usize::from(group), key).is_some()
    }

    /// Whether from a group to one around it none repeats, so that it is there only once.
    pub(super) fn is_single(&self, group: u16, within: u16) -> bool {
        std::iter::once(group)
            .chain(self.groups_of(group))
            .take_while(|&at| at != within)
            .all(|at| self.places.get(usize::from(at)).is_some_and(|p| !p.repeating))
    }

    /// Whether a segment comes once at most, but in groups apart.
    pub(super) fn comes_once(&self, key: u32) -> bool {
        let mut all = (0..self.places.len())
            .filter(|&at| self.places[at].key == key && self.places[at].apart == 0);
        let (Some(only), None) = (all.next(), all.next()) else { return false };
        let around = std::iter::successors(Some(only), |&at| Some(self.parent(at)));
        around.take_while(|&at| at > 0).all(|at| !self.places[at].repeating)
    }

    fn add_all(&mut self, nodes: &[Node], parent: usize) -> Option<()> {
        for node in nodes {
            self.add(node, parent)?;
        }
        let end = u16::try_from(self.places.len()).ok().filter(|&end| end < NOWHERE)?;
        self.places[parent].end = end;
        Some(())
    }

    fn add(&mut self, node: &Node, parent: usize) -> Option<()> {
        let at = self.places.len();
        let kind = match node {
            Node::Segment { .. } => Kind::Segment,
            Node::Group { .. } => Kind::Group,
            Node::Choice { .. } => Kind::Choice,
        };
        let id = <[u8; 3]>::try_from(node.name().as_bytes()).ok();
        self.places.push(Place {
            kind,
            name: node.name(),
            key: if kind == Kind::Segment { id.map_or(0, key) } else { 0 },
            parent: u16::try_from(parent).ok()?,
            end: u16::try_from(at + 1).ok()?,
            depth: self.places[parent].depth.checked_add(u8::from(kind == Kind::Group))?,
            nullable: node.is_optional(),
            repeating: node.is_repeating(),
            is_main: false,
            apart: 0,
        });
        if kind == Kind::Segment {
            return Some(());
        }
        self.add_all(node.children(), at)?;
        let may_be_left_out = match kind {
            Kind::Choice => self.children(at).any(|child| self.places[child].nullable),
            _ => self.children(at).all(|child| self.places[child].nullable),
        };
        self.places[at].nullable |= may_be_left_out;
        Some(())
    }

    fn mark_main(&mut self) {
        for group in 0..self.places.len() {
            if self.places[group].kind != Kind::Group {
                continue;
            }
            let own = || self.children(group).filter(|&c| self.places[c].kind != Kind::Group);
            let main = own().find(|&c| !self.places[c].nullable).or_else(|| own().next());
            let Some(main) = main else { continue };
            let segments = main..self.places[main].end as usize;
            for at in segments {
                self.places[at].is_main |= at == main || self.parent(at) == main;
            }
        }
    }

    // `to-fhir` asks what stands in them as well (`ops::fhir::groups`), for it reads messages of any type and
    // must not give a patient the results of another; its tests hold both against each other.
    /// Marks the groups that begin with a patient, behind the first one, and all that is in them.
    fn mark_apart(&mut self) {
        let pid = key(*b"PID");
        let Some(first) = self.places.iter().position(|place| place.key == pid) else { return };
        for at in first + 1..self.places.len() {
            let around = self.places[self.parent(at)].apart;
            let begins = self.places[at].kind == Kind::Group && self.first(at, pid).is_some();
            let own = if begins { u16::try_from(at).unwrap_or(0) } else { 0 };
            self.places[at].apart = if around == 0 { own } else { around };
        }
    }

    fn parent(&self, at: usize) -> usize {
        usize::from(self.places[at].parent)
    }

    /// What a group or choice consists of, in order.
    fn children(&self, at: usize) -> impl DoubleEndedIterator<Item = usize> + Clone {
        let inside = at + 1..self.places[at].end as usize;
        inside.filter(move |&child| self.parent(child) == at)
    }

    /// The position with which a node begins, if it is this segment.
    fn first(&self, at: usize, key: u32) -> Option<usize> {
        match self.places[at].kind {
            Kind::Segment => (self.places[at].key == key).then_some(at),
            Kind::Group => self.first(self.children(at).next()?, key),
            Kind::Choice => self.children(at).find_map(|child| self.first(child, key)),
        }
    }

    /// The position of this segment in a node when only optional ones before it are missing.
    fn first_present(&self, at: usize, key: u32) -> Option<usize> {
        match self.places[at].kind {
            Kind::Segment => (self.places[at].key == key).then_some(at),
            Kind::Choice => self.children(at).find_map(|child| self.first_present(child, key)),
            Kind::Group => {
                for child in self.children(at) {
                    if let Some(found) = self.first_present(child, key) {
                        return Some(found);
                    }
                    if !self.places[child].nullable {
                        break;
                    }
                }
                None
            }
        }
    }

    /// The first position of this segment in a node.
    fn anywhere(&self, at: usize, key: u32) -> Option<usize> {
        (at..self.places[at].end as usize).find(|&at| self.places[at].key == key)
    }

    /// The nodes after one in its group; an alternative has none.
    fn after(&self, at: usize) -> impl Iterator<Item = usize> {
        let parent = self.parent(at);
        let is_choice = self.places[parent].kind == Kind::Choice;
        self.children(parent).filter(move |&sibling| sibling > at && !is_choice)
    }

    /// The nodes before one in its group, the nearest first; an alternative has none.
    fn before(&self, at: usize) -> impl Iterator<Item = usize> {
        let parent = self.parent(at);
        let is_choice = self.places[parent].kind == Kind::Choice;
        self.children(parent).rev().filter(move |&sibling| sibling < at && !is_choice)
    }

    /// Where a segment goes from a position, as the rules of this module say.
    fn find(&self, from: usize, key: u32) -> Option<Move> {
        let annotates = ANNOTATIONS.contains(&key);
        // The position itself and the groups around it, the message aside: that occurs once.
        let levels = || {
            std::iter::successors(Some(from), |&at| Some(self.parent(at))).take_while(|&at| at > 0)
        };
        let beside = |level: usize, to: usize| Move {
            to: u16::try_from(to).unwrap_or(NOWHERE),
            keep: self.places[self.parent(level)].depth,
        };
        let expected = levels().find_map(|level| {
            if self.places[level].repeating
                && let Some(to) = self.first(level, key)
            {
                return Some(beside(level, to));
            }
            let mut allowed = true;
            let reachable = self.after(level).take_while(|&sibling| {
                let now = allowed;
                allowed &= !annotates || self.places[sibling].nullable;
                now
            });
            let mut found = reachable.filter_map(|sibling| self.first(sibling, key));
            found.next().map(|to| beside(level, to))
        });
        if expected.is_some() || annotates {
            return expected;
        }
        let again = |level: usize| {
            let to =
                if self.places[level].repeating { self.first_present(level, key) } else { None };
            to.filter(|&to| to <= from)
        };
        let irregular = levels().find_map(|level| {
            if let Some(to) = again(level) {
                return Some(beside(level, to));
            }
            // A group that can begin with it is meant rather than what is within.
            let parent = self.parent(level);
            if parent > 0 && (self.first(parent, key).is_some() || again(parent).is_some()) {
                return None;
            }
            let twice = self.first(level, key);
            let next = || self.after(level).find_map(|at| self.first_present(at, key));
            Some(beside(level, twice.or_else(next)?))
        });
        let before = || {
            levels().find_map(|level| {
                Some(beside(level, self.before(level).find_map(|at| self.first(at, key))?))
            })
        };
        let broken = || {
            levels().find_map(|level| {
                Some(beside(level, self.after(level).find_map(|at| self.anywhere(at, key))?))
            })
        };
        irregular.or_else(before).or_else(broken)
    }
}
