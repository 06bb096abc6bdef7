//! The files of the tree as the rules see them: Rust with its comments and texts taken apart, the rest as lines.
//! Not a parser: it knows comments, texts, characters and braces, which is all the rules need.
//! Must not know any rule.

use std::collections::BTreeMap;

/// Every readable text file, by its path from the root.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) rust: Vec<RustFile>,
    pub(super) texts: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the files that are there and are text; the others no rule speaks of.
    pub(super) fn read(paths: &[String]) -> Self {
        let files = paths.iter().filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)));
        Self::of(files)
    }

    /// Makes a tree of paths and contents.
    pub(super) fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let texts: BTreeMap<String, String> = files.into_iter().collect();
        let rust = texts
            .iter()
            .filter(|(path, _)| path.ends_with(".rs"))
            .map(|(path, text)| RustFile::new(path, text))
            .collect();
        Self { rust, texts }
    }

    /// Makes a tree of one or a few files, for the tests of a rule.
    #[cfg(test)]
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        Self::of(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
    }

    /// Names the folders directly inside `parent` that hold at least one file.
    pub(super) fn folders_in(&self, parent: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .texts
            .keys()
            .filter_map(|path| path.strip_prefix(parent)?.strip_prefix('/')?.split_once('/'))
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        names
    }
}

/// One Rust file.
pub(super) struct RustFile {
    pub(super) path: String,
    pub(super) lines: Vec<Line>,
}

/// One line of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The line as it stands.
    pub(super) raw: String,
    /// The line with comments and the insides of texts left out.
    pub(super) code: String,
    /// The texts that end on this line.
    pub(super) strings: Vec<String>,
    /// Whether it belongs to a test.
    pub(super) in_test: bool,
}

impl RustFile {
    /// Takes a file apart.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let mut lines = Lexer::new(text).lines();
        if is_test_path(path) {
            lines.iter_mut().for_each(|line| line.in_test = true);
        } else {
            mark_tests(&mut lines);
        }
        Self { path: path.to_owned(), lines }
    }

    /// Walks the lines with their numbers, from 1.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        (1..).zip(&self.lines)
    }

    /// Walks the lines that are not test code.
    pub(super) fn product(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.numbered().filter(|(_, line)| !line.in_test)
    }
}

fn is_test_path(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Marks the items that stand under `#[cfg(test)]`, from the attribute to their closing brace or semicolon.
fn mark_tests(lines: &mut [Line]) {
    let mut depth: Option<usize> = None;
    for line in lines {
        let code = line.code.trim();
        let mut rest = code;
        if depth.is_none() {
            let Some((_, after)) = code.split_once("#[cfg(test)]") else {
                continue;
            };
            depth = Some(0);
            rest = after;
        }
        line.in_test = true;
        for letter in rest.chars() {
            let level = depth.unwrap_or(0);
            depth = match letter {
                '{' => Some(level + 1),
                '}' if level <= 1 => None,
                '}' => Some(level - 1),
                ';' if level == 0 => None,
                _ => continue,
            };
            if depth.is_none() {
                break;
            }
        }
    }
}

enum State {
    Code,
    LineComment,
    BlockComment(usize),
    /// Inside a text; `Some(n)` for a raw one that ends with `"` and n hashes.
    Text(Option<usize>),
}

struct Lexer<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
    state: State,
    done: Vec<Line>,
    line: Line,
    text: String,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            letters: text.chars().peekable(),
            state: State::Code,
            done: Vec::new(),
            line: Line::default(),
            text: String::new(),
        }
    }

    fn lines(mut self) -> Vec<Line> {
        while let Some(letter) = self.next() {
            match self.state {
                State::Code => self.code(letter),
                State::LineComment => {}
                State::BlockComment(depth) => self.block_comment(letter, depth),
                State::Text(hashes) => self.inside_text(letter, hashes),
            }
        }
        if !self.line.raw.is_empty() {
            self.done.push(self.line);
        }
        self.done
    }

    /// Takes the next letter; an end of line closes the line, and a line comment with it.
    fn next(&mut self) -> Option<char> {
        let letter = self.letters.next()?;
        if letter == '\n' {
            if matches!(self.state, State::LineComment) {
                self.state = State::Code;
            }
            if matches!(self.state, State::Text(_)) {
                self.text.push('\n');
            }
            self.done.push(std::mem::take(&mut self.line));
            return self.next();
        }
        self.line.raw.push(letter);
        Some(letter)
    }

    fn peek(&mut self) -> Option<char> {
        self.letters.peek().copied()
    }

    fn code(&mut self, letter: char) {
        match letter {
            '/' if self.peek() == Some('/') => self.state = State::LineComment,
            '/' if self.peek() == Some('*') => {
                self.next();
                self.state = State::BlockComment(1);
            }
            '"' => {
                let hashes = self.raw_hashes();
                self.line.code.push('"');
                self.text.clear();
                self.state = State::Text(hashes);
            }
            '\'' => self.quote(),
            other => self.line.code.push(other),
        }
    }

    /// Tells from the code before a quotation mark whether a raw text begins, and with how many hashes.
    fn raw_hashes(&self) -> Option<usize> {
        let before = self.line.code.trim_end_matches('#');
        let hashes = self.line.code.len() - before.len();
        let stem = before.strip_suffix('r')?;
        let stem = stem.strip_suffix(['b', 'c']).unwrap_or(stem);
        let joined = stem.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        (!joined).then_some(hashes)
    }

    /// A quote opens a character, or names a lifetime.
    fn quote(&mut self) {
        self.line.code.push('\'');
        match self.peek() {
            Some('\\') => {
                self.next();
                self.next();
                while let Some(letter) = self.next() {
                    if letter == '\'' {
                        break;
                    }
                }
                self.line.code.push('\'');
            }
            Some(_) => {
                let mut ahead = self.letters.clone();
                ahead.next();
                if ahead.next() == Some('\'') {
                    self.next();
                    self.next();
                    self.line.code.push('\'');
                }
            }
            None => {}
        }
    }

    fn block_comment(&mut self, letter: char, depth: usize) {
        match (letter, self.peek()) {
            ('*', Some('/')) => {
                self.next();
                self.state = if depth <= 1 { State::Code } else { State::BlockComment(depth - 1) };
            }
            ('/', Some('*')) => {
                self.next();
                self.state = State::BlockComment(depth + 1);
            }
            _ => {}
        }
    }

    fn inside_text(&mut self, letter: char, hashes: Option<usize>) {
        match (letter, hashes) {
            ('\\', None) => {
                self.text.push('\\');
                if let Some(escaped) = self.next() {
                    self.text.push(escaped);
                }
            }
            ('"', None | Some(0)) => self.end_text(),
            ('"', Some(wanted)) => {
                let ahead = self.letters.clone().take_while(|next| *next == '#').take(wanted).count();
                if ahead < wanted {
                    self.text.push('"');
                    return;
                }
                for _ in 0..wanted {
                    self.next();
                }
                self.end_text();
            }
            (other, _) => self.text.push(other),
        }
    }

    fn end_text(&mut self) {
        self.line.code.push('"');
        self.line.strings.push(std::mem::take(&mut self.text));
        self.state = State::Code;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        RustFile::new("crates/x/src/lib.rs", text).lines.into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn leaves_out_comments_and_texts() {
        let check = |text: &str, expected: &[&str]| assert_eq!(code(text), expected, "{text}");
        check("a // b", &["a "]);
        check("a /* b /* c */ d */ e", &["a  e"]);
        check("a /* b\nc */ d", &["a ", " d"]);
        check(r#"f("x // y") // z"#, &[r#"f("") "#]);
        check(r##"f(r#"x " y"#, b"z")"##, &[r##"f(r#"", b"")"##]);
        check(r#"f("a\"b") + c"#, &[r#"f("") + c"#]);
        check("f('\"', '\\'', 'x') + g::<'a>()", &["f('', '', '') + g::<'a>()"]);
        check("let r = \"a\nb\"; c", &["let r = \"", "\"; c"]);
    }

    #[test]
    fn keeps_texts_apart() {
        let file = RustFile::new("crates/x/src/lib.rs", "f(\"ONE\", r\"TWO\"); // \"THREE\"");
        assert_eq!(file.lines[0].strings, ["ONE", "TWO"]);
    }

    #[test]
    fn marks_test_items_only() {
        let text =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { '{'; }\n}\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}\n";
        let file = RustFile::new("crates/x/src/lib.rs", text);
        let marks: Vec<bool> = file.lines.iter().map(|line| line.in_test).collect();
        assert_eq!(marks, [false, true, true, true, true, false, true, true, false]);
        assert!(RustFile::new("crates/x/tests/a.rs", "fn a() {}").lines[0].in_test);
    }

    #[test]
    fn lists_folders() {
        let tree = Tree::with(&[("crates/a/src/lib.rs", ""), ("crates/b/Cargo.toml", ""), ("docs/x.md", "")]);
        assert_eq!(tree.folders_in("crates"), ["a", "b"]);
    }
}
