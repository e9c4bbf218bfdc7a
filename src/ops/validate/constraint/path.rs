//! Paths by position: `5[1].1[1]`, `3[*].2[*]`; `.` is the context itself.

use std::str::FromStr;

/// A path from a context to elements in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Positions from 1, and which of several; `None` is all of them.
    pub steps: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From 1.
    pub position: u16,
    /// From 1; `None` is any.
    pub instance: Option<u32>,
}

impl Path {
    /// The path to what the last step is in, and that step.
    #[must_use]
    pub fn split_last(&self) -> (Self, Self) {
        let (last, before) = match self.steps.split_last() {
            Some((last, before)) => (vec![*last], before.to_vec()),
            None => (Vec::new(), Vec::new()),
        };
        (Self { steps: before }, Self { steps: last })
    }

    /// This path, and another one from its end.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self { steps: [&self.steps[..], &other.steps[..]].concat() }
    }
}

impl FromStr for Path {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "." {
            return Ok(Self::default());
        }
        let steps = text.split('.').map(|step| {
            let (position, rest) = step.split_once('[').ok_or(())?;
            let instance = rest.strip_suffix(']').ok_or(())?;
            let position = number(position)?;
            let position = u16::try_from(position).map_err(|_| ())?;
            let instance = if instance == "*" { None } else { Some(number(instance)?) };
            Ok(Step { position, instance })
        });
        Ok(Self { steps: steps.collect::<Result<_, ()>>()? })
    }
}

/// A number from 1 without leading zeros.
fn number(text: &str) -> Result<u32, ()> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().map_err(|_| ()) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_positions_with_instances() {
        let step = |position, instance| Step { position, instance };
        let path: Path = "3[*].12[2]".parse().unwrap();
        assert_eq!(path.steps, [step(3, None), step(12, Some(2))]);
        assert_eq!(".".parse(), Ok(Path::default()));
        for wrong in ["", "3", "3[0]", "0[1]", "03[1]", "3[1]x", "3[1].", "3[-1]", "+3[1]", "3[]"] {
            assert_eq!(wrong.parse::<Path>(), Err(()), "{wrong}");
        }
    }
}
