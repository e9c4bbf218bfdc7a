//! From text to expressions: recursive descent without a step back, so in time linear in the text.

use super::Within;
use super::ast::{OriginOf, Sign, Target, Test, Value};
use super::compare::{Literal, Op};
use super::functions::{self, FunctionInfo, Parameter};
use super::host::{External, Signature, Vocabulary};
use super::lex::Lexer;
use super::pattern::Pattern;
use super::times;
use crate::core::path::{Cursor, SyntaxError};
use std::rc::Rc;

/// How deep brackets, functions and negations may nest, so that no text overflows the stack.
const MAX_DEPTH: u16 = 100;

/// How many arguments a function can have.
const MAX_ARGUMENTS: usize = 100;

/// What a value that the expression itself has is not: `-1` or `"x"` alone would hold for all.
pub(super) const CONDITION: &str = "a condition, not a value alone";

const OPERAND: &str = "a path, a value or a function";

/// Reads all of a text as a condition.
pub(super) fn expression(text: &str) -> Result<Test, SyntaxError> {
    let mut parser = Parser::new(Lexer::new(text, 0), Within::Message, 0);
    let node = parser.any()?;
    parser.lexer.skip_space();
    if parser.lexer.is_at_end() {
        node.into_test(0, CONDITION)
    } else {
        parser.unexpected(&node, "the end")
    }
}

/// Reads a condition in brackets, from byte `at` of a text, and tells where its `]` stands.
pub(super) fn condition(
    text: &str,
    at: usize,
    within: Within,
    depth: u16,
) -> Result<(Test, usize), SyntaxError> {
    let mut parser = Parser::new(Lexer::new(text, at), within, depth);
    let node = parser.nested(Parser::any)?;
    parser.lexer.skip_space();
    if parser.lexer.peek() == Some(b']') {
        let test = node.into_test(at, "a number from 1 on, `last` or a condition")?;
        Ok((test, parser.lexer.at))
    } else {
        parser.unexpected(&node, "`]`")
    }
}

pub(super) struct Parser<'t> {
    pub(super) lexer: Lexer<'t>,
    within: Within,
    depth: u16,
    /// The variables and functions of a script.
    pub(super) vocabulary: Option<Rc<dyn Vocabulary>>,
}

/// What was read, before it is known which of both it must be.
pub(super) enum Node {
    Test(Test),
    Value(Value),
}

impl Node {
    /// What was read at `start`, as a condition; `expected` there, if it cannot be one.
    pub(super) fn into_test(self, start: usize, expected: &str) -> Result<Test, SyntaxError> {
        Ok(match self {
            Self::Test(test) => test,
            Self::Value(path @ Value::Path(_)) => {
                Test::Call { function: functions::Function::Valued, args: vec![path] }
            }
            Self::Value(Value::Literal(_)) => return Err(SyntaxError::new(start, expected)),
            Self::Value(value) => Test::Truth(value),
        })
    }
}

/// Where an operand stands, which decides what words and numbers are.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the start of a side, where numbers in brackets are paths.
    Leading,
    /// Further on, or where numbers are wanted.
    Inner,
    /// On the right, where words need no quotes.
    Right,
}

impl<'t> Parser<'t> {
    pub(super) fn new(lexer: Lexer<'t>, within: Within, depth: u16) -> Self {
        Self { lexer, within, depth, vocabulary: None }
    }

    /// Why a text cannot go on as it does behind `node`, which could have been followed by `end`.
    fn unexpected<T>(&self, node: &Node, end: &str) -> Result<T, SyntaxError> {
        self.lexer.error(match node {
            Node::Test(_) => format!("`and`, `or` or {end}"),
            Node::Value(_) => format!("a comparison such as `=`, `and`, `or` or {end}"),
        })
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.enter()?;
        let read = read(self);
        self.leave();
        read
    }

    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        if self.depth >= MAX_DEPTH {
            return self.lexer.error(format!("at most {MAX_DEPTH} brackets in each other"));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Alternatives with `or`.
    pub(super) fn any(&mut self) -> Result<Node, SyntaxError> {
        self.chain(["or", "||"], Self::all, Test::Any)
    }

    /// Conditions with `and`.
    fn all(&mut self) -> Result<Node, SyntaxError> {
        self.chain(["and", "&&"], Self::one, Test::All)
    }

    fn chain(
        &mut self,
        [keyword, symbol]: [&str; 2],
        read: impl Fn(&mut Self) -> Result<Node, SyntaxError>,
        join: impl Fn(Vec<Test>) -> Test,
    ) -> Result<Node, SyntaxError> {
        self.lexer.skip_space();
        let mut start = self.lexer.at;
        let first = read(self)?;
        if !self.lexer.take_keyword(keyword) && !self.lexer.take(symbol) {
            return Ok(first);
        }
        let mut tests = vec![first.into_test(start, CONDITION)?];
        loop {
            self.lexer.skip_space();
            start = self.lexer.at;
            tests.push(read(self)?.into_test(start, CONDITION)?);
            if !self.lexer.take_keyword(keyword) && !self.lexer.take(symbol) {
                return Ok(Node::Test(join(tests)));
            }
        }
    }

    fn one(&mut self) -> Result<Node, SyntaxError> {
        if self.lexer.take_keyword("not") || self.lexer.take("!") {
            self.lexer.skip_space();
            let start = self.lexer.at;
            let test = self.nested(Self::one)?.into_test(start, CONDITION)?;
            return Ok(Node::Test(Test::Not(Box::new(test))));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, SyntaxError> {
        let left = self.sum(Place::Leading)?;
        self.lexer.skip_space();
        let start = self.lexer.at;
        let test = if self.lexer.take_keyword("in") {
            let value = value_of(left, start)?;
            Test::Among { list: self.list(&value)?, value, negated: false }
        } else if self.lexer.take_keyword("not") {
            let value = value_of(left, start)?;
            if !self.lexer.take_keyword("in") {
                return self.lexer.error("`in`");
            }
            Test::Among { list: self.list(&value)?, value, negated: true }
        } else if self.lexer.take("!~") {
            let value = value_of(left, start)?;
            Test::Match { value, pattern: self.pattern(start)?, negated: true }
        } else if self.lexer.take("~") {
            let value = value_of(left, start)?;
            Test::Match { value, pattern: self.pattern(start)?, negated: false }
        } else if let Some(op) = self.lexer.take_comparison() {
            self.compared(value_of(left, start)?, op)?
        } else {
            return Ok(left);
        };
        Ok(Node::Test(test))
    }

    /// The right side of a comparison.
    pub(super) fn right(&mut self) -> Result<Value, SyntaxError> {
        self.lexer.skip_space();
        let start = self.lexer.at;
        match self.sum(Place::Right)? {
            Node::Value(value) => Ok(value),
            Node::Test(_) => Err(SyntaxError::new(start, "a value, not a condition")),
        }
    }

    /// A comparison, from the right side on.
    fn compared(&mut self, mut left: Value, op: Op) -> Result<Test, SyntaxError> {
        let mut right = self.right()?;
        self.date(&mut left, &right);
        self.date(&mut right, &left);
        Ok(Test::Compare { left, op, right })
    }

    /// Takes a literal for a time if it is one beside a field of times: `1985` is a year there.
    fn date(&self, value: &mut Value, beside: &Value) {
        let Value::Literal(literal) = value else { return };
        let (segment, position) = match beside {
            Value::Path(Target::Path(path)) => (Some(path.segment), path.position.as_ref()),
            Value::Path(Target::Position(position)) => (self.within.segment(), Some(position)),
            _ => return,
        };
        if segment.zip(position).is_some_and(|(id, at)| times::is_time(id, at)) {
            literal.date();
        }
    }

    /// The values in parentheses that another one is compared with.
    fn list(&mut self, with: &Value) -> Result<Vec<Value>, SyntaxError> {
        if !self.lexer.take("(") {
            return self.lexer.error("`(` and a list of values");
        }
        let mut list = vec![self.right()?];
        while self.lexer.take(",") {
            list.push(self.right()?);
        }
        list.iter_mut().for_each(|value| self.date(value, with));
        if !self.lexer.take(")") {
            return self.lexer.error("`,` or `)`");
        }
        Ok(list)
    }

    /// A regular expression behind an operator at `operator`.
    pub(super) fn pattern(&mut self, operator: usize) -> Result<Pattern, SyntaxError> {
        if cfg!(not(feature = "regex")) {
            let missing = "another operator: this build has no regular expressions";
            return Err(SyntaxError::new(operator, missing));
        }
        self.lexer.skip_space();
        let start = self.lexer.at;
        let (source, flags) = self.lexer.take_regex()?;
        Pattern::new(source, flags).map_err(|reason| {
            SyntaxError::new(start + 1, format!("a regular expression, but {reason}"))
        })
    }

    fn sum(&mut self, place: Place) -> Result<Node, SyntaxError> {
        let first = self.product(place)?;
        self.operators(first, [Sign::Plus, Sign::Minus], place, Self::product)
    }

    fn product(&mut self, place: Place) -> Result<Node, SyntaxError> {
        let first = self.unary(place)?;
        self.operators(first, [Sign::Times, Sign::Over], place, Self::unary)
    }

    fn operators(
        &mut self,
        first: Node,
        signs: [Sign; 2],
        place: Place,
        read: impl Fn(&mut Self, Place) -> Result<Node, SyntaxError>,
    ) -> Result<Node, SyntaxError> {
        let Some((at, mut sign)) = self.take_sign(signs) else { return Ok(first) };
        let first = value_of(first, at)?;
        let inner = if place == Place::Right { place } else { Place::Inner };
        let mut rest = Vec::new();
        loop {
            self.lexer.skip_space();
            let start = self.lexer.at;
            match read(self, inner)? {
                Node::Value(value) => rest.push((sign, value)),
                Node::Test(_) => return Err(SyntaxError::new(start, "a value, not a condition")),
            }
            match self.take_sign(signs) {
                Some((_, next)) => sign = next,
                None => return Ok(Node::Value(chain(first, rest))),
            }
        }
    }

    fn take_sign(&mut self, signs: [Sign; 2]) -> Option<(usize, Sign)> {
        let sign = signs.into_iter().find(|sign| self.lexer.take(sign.symbol()))?;
        Some((self.lexer.at - 1, sign))
    }

    fn unary(&mut self, place: Place) -> Result<Node, SyntaxError> {
        self.lexer.skip_space();
        if self.lexer.peek() != Some(b'-') {
            return self.operand(place);
        }
        if let Some(number) = self.lexer.take_bare(place) {
            return Ok(Node::Value(Value::Literal(Literal::new(number, false))));
        }
        self.lexer.at += 1;
        let inner = if place == Place::Right { place } else { Place::Inner };
        self.lexer.skip_space();
        let start = self.lexer.at;
        match self.nested(|parser| parser.unary(inner))? {
            Node::Value(value) => Ok(Node::Value(Value::Negative(Box::new(value)))),
            Node::Test(_) => Err(SyntaxError::new(start, "a value, not a condition")),
        }
    }

    fn operand(&mut self, place: Place) -> Result<Node, SyntaxError> {
        let start = self.lexer.at;
        if let Some(text) = self.lexer.take_quoted()? {
            return Ok(Node::Value(Value::Literal(Literal::new(text, true))));
        }
        if self.lexer.take("(") {
            return self.parentheses(place);
        }
        if let Some(vocabulary) = self.vocabulary.clone()
            && let Some(value) = self.named(&*vocabulary)?
        {
            return Ok(Node::Value(value));
        }
        if let Some(name) = self.lexer.take_called(place != Place::Right) {
            return self.nested(|parser| parser.call(name, start, place));
        }
        let digit = self.lexer.peek().is_some_and(|b| b.is_ascii_digit());
        if place == Place::Leading && digit && self.within != Within::Message {
            return self.relative();
        }
        if self.lexer.is_path() || place != Place::Right && self.lexer.is_segment() {
            return self.path();
        }
        if let Some(literal) = self.lexer.take_bare(place) {
            if self.wants_nothing(literal) {
                let expected = format!("`(` or quotes, for `{literal}` is a function");
                return self.lexer.error(expected);
            }
            return Ok(Node::Value(Value::Literal(Literal::new(literal, false))));
        }
        self.lexer.error(if place == Place::Right { "a value" } else { OPERAND })
    }

    /// Whether a function that needs no arguments is called so: `today` is more likely one without
    /// its parentheses than a text.
    fn wants_nothing(&self, word: &str) -> bool {
        let known = self.vocabulary.as_ref().map_or(&[][..], |v| v.functions());
        functions::find(word).is_some_and(|known| known.name == word && known.min_arguments == 0)
            || known.iter().any(|known| known.name == word && known.min_arguments == 0)
    }

    /// A variable, or where the message comes from, if one stands here.
    fn named(&mut self, vocabulary: &dyn Vocabulary) -> Result<Option<Value>, SyntaxError> {
        let start = self.lexer.at;
        let Some(sign @ (b'$' | b'@')) = self.lexer.peek() else { return Ok(None) };
        self.lexer.at += 1;
        let name = self.lexer.identifier();
        self.lexer.at += name.len();
        if sign == b'$' {
            let Some(number) = vocabulary.variable(name) else {
                let expected = "a variable that `let` has set before";
                return Err(SyntaxError::new(start, expected));
            };
            return Ok(Some(Value::Variable { name: name.into(), number }));
        }
        let found = OriginOf::ALL.into_iter().find(|of| of.name()[1..] == *name);
        let expected = || SyntaxError::new(start, "`@file`, `@n` or `@offset`");
        Ok(Some(Value::Origin(found.ok_or_else(expected)?)))
    }

    /// What stands in parentheses, the first of which was read.
    fn parentheses(&mut self, place: Place) -> Result<Node, SyntaxError> {
        let node = self.nested(|parser| match place {
            Place::Leading => parser.any(),
            Place::Inner | Place::Right => parser.sum(place),
        })?;
        if self.lexer.take(")") {
            return Ok(node);
        }
        if place == Place::Leading {
            self.unexpected(&node, "`)`")
        } else {
            self.lexer.error("`)`")
        }
    }

    fn path(&mut self) -> Result<Node, SyntaxError> {
        let name = self.lexer.identifier();
        let behind = self.lexer.at + name.len();
        let alone = !matches!(self.lexer.text().as_bytes().get(behind), Some(b'-' | b'.' | b'['));
        // `now` in small letters is more likely a function without its parentheses than a segment.
        if alone && functions::functions().iter().any(|function| function.name == name) {
            return Err(SyntaxError::new(behind, format!("`(`, for `{name}` is a function")));
        }
        let mut cursor = Cursor::new(self.lexer.text(), self.lexer.at, self.depth);
        let path = cursor.path()?;
        self.lexer.at = cursor.at;
        Ok(Node::Value(Value::Path(Target::Path(path))))
    }

    fn relative(&mut self) -> Result<Node, SyntaxError> {
        let mut cursor = Cursor::new(self.lexer.text(), self.lexer.at, self.depth);
        let target = match self.within {
            Within::Field => Target::Part(cursor.part()?),
            Within::Segment(_) | Within::Message => Target::Position(cursor.position()?),
        };
        self.lexer.at = cursor.at;
        Ok(Node::Value(Value::Path(target)))
    }

    /// A function with its name at `at`, whose `(` was read.
    fn call(&mut self, name: &str, at: usize, place: Place) -> Result<Node, SyntaxError> {
        let Some(info) = functions::find(name) else {
            return self.external(name, at, place);
        };
        let mut args = Vec::new();
        if !self.lexer.take(")") {
            loop {
                self.lexer.skip_space();
                if !args.is_empty() && self.lexer.peek() != Some(b',') {
                    break;
                }
                if args.len() == info.max_arguments.min(MAX_ARGUMENTS) {
                    return self.wrong_count("`)`", info);
                }
                if !args.is_empty() {
                    self.lexer.take(",");
                }
                args.push(self.argument(info.parameter(args.len()), place)?);
            }
            if args.len() < info.min_arguments && self.lexer.peek() == Some(b')') {
                return self.wrong_count("`,` and another value", info);
            }
            if !self.lexer.take(")") {
                return self.lexer.error("`,` or `)`");
            }
        } else if info.min_arguments > 0 {
            self.lexer.at -= 1;
            return self.wrong_count("a value", info);
        }
        let function = info.function;
        Ok(if function.is_test() {
            Node::Test(Test::Call { function, args })
        } else {
            Node::Value(Value::Call { function, args })
        })
    }

    /// A function of a script with its name at `at`, whose `(` was read.
    fn external(&mut self, name: &str, at: usize, place: Place) -> Result<Node, SyntaxError> {
        let vocabulary = self.vocabulary.clone();
        let known: &[Signature] = vocabulary.as_ref().map_or(&[], |v| v.functions());
        let found = known.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        let (Some(signature), Some(vocabulary)) = (found, &vocabulary) else {
            return Err(SyntaxError::new(at, functions::suggest(name, known)));
        };
        let mut args = Vec::new();
        let mut places = Vec::new();
        while !self.lexer.take(")") {
            if !args.is_empty() && !self.lexer.take(",") {
                return self.lexer.error("`,` or `)`");
            }
            self.lexer.skip_space();
            places.push(self.lexer.at);
            args.push(self.argument(Parameter::Value, place)?);
        }
        if !(signature.min_arguments..=signature.max_arguments).contains(&args.len()) {
            let expected = format!("other arguments, as in `{signature}`");
            return Err(SyntaxError::new(at, expected));
        }
        let literals: Vec<_> = args.iter().map(Value::literal).collect();
        let bound = vocabulary.bind(signature.name, &literals);
        let call = bound.map_err(|(n, expected)| {
            SyntaxError::new(places.get(n).copied().unwrap_or(at), expected)
        })?;
        let function = External { name: signature.name.into(), call };
        Ok(Node::Value(Value::External { function, args }))
    }

    fn wrong_count<T>(&self, expected: &str, info: &FunctionInfo) -> Result<T, SyntaxError> {
        self.lexer.error(format!("{expected}, as in `{}`", info.usage))
    }

    fn argument(&mut self, parameter: Parameter, place: Place) -> Result<Value, SyntaxError> {
        self.lexer.skip_space();
        let start = self.lexer.at;
        let inner = if place == Place::Right || parameter == Parameter::Count {
            Place::Inner
        } else {
            Place::Leading
        };
        match (self.sum(inner)?, parameter) {
            (Node::Value(value), Parameter::Unit)
                if value.is_quoted() && value.literal().and_then(functions::unit).is_some() =>
            {
                Ok(value)
            }
            (_, Parameter::Unit) => Err(SyntaxError::new(start, functions::UNITS)),
            (Node::Value(Value::Path(path)), Parameter::Path) => Ok(Value::Path(path)),
            (_, Parameter::Path) => Err(SyntaxError::new(start, "a path or a segment")),
            (Node::Value(value), _) => Ok(value),
            (Node::Test(_), _) => Err(SyntaxError::new(start, "a value, not a condition")),
        }
    }
}

/// Operators of one precedence between values. With a text in quotes among them, `+` joins texts.
fn chain(first: Value, rest: Vec<(Sign, Value)>) -> Value {
    let joins = rest.iter().all(|(sign, _)| *sign == Sign::Plus);
    let values = || std::iter::once(&first).chain(rest.iter().map(|(_, value)| value));
    if joins && values().any(Value::is_quoted) {
        let rest = rest.into_iter().map(|(_, value)| value);
        return Value::Joined(std::iter::once(first).chain(rest).collect());
    }
    Value::Chain { first: Box::new(first), rest }
}

impl<'t> Lexer<'t> {
    /// A literal without quotes, if one stands here: on the right any word, else a number.
    fn take_bare(&mut self, place: Place) -> Option<&'t str> {
        if place == Place::Right { self.take_word() } else { self.take_number() }
    }
}

/// What stands before an operator at `at` that wants a value.
fn value_of(node: Node, at: usize) -> Result<Value, SyntaxError> {
    match node {
        Node::Value(value) => Ok(value),
        Node::Test(_) => {
            Err(SyntaxError::new(at, "`and`, `or` or the end, for a condition has no value"))
        }
    }
}
