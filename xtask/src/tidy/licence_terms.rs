//! Licence expressions as manifests spell them: names joined by OR, AND, WITH, a slash for OR, and brackets.
//! Must not know which licences we allow.

/// Tells whether an expression can be met with the allowed licences alone.
pub(super) fn allows(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let met = reader.any_of();
    met && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl Reader<'_> {
    fn take(&mut self, wanted: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn any_of(&mut self) -> bool {
        let mut met = self.all_of();
        while self.take("OR") {
            met |= self.all_of();
        }
        met
    }

    fn all_of(&mut self) -> bool {
        let mut met = self.one();
        while self.take("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let met = self.any_of();
            return self.take(")") && met;
        }
        let Some((name, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        if self.take("WITH") {
            let Some((exception, rest)) = self.words.split_first() else {
                return false;
            };
            self.words = rest;
            return self.allowed.contains(&format!("{name} WITH {exception}").as_str());
        }
        self.allowed.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn reads_expressions() {
        let check = |expression: &str, expected: bool| {
            assert_eq!(allows(expression, &["MIT", "ISC", "X WITH Y"]), expected, "{expression}");
        };
        check("MIT", true);
        check("GPL", false);
        check("GPL OR MIT", true);
        check("GPL/MIT", true);
        check("GPL / MIT", true);
        check("GPL AND MIT", false);
        check("MIT AND (GPL OR ISC)", true);
        check("(MIT OR ISC) AND GPL", false);
        check("GPL OR MIT AND ISC", true);
        check("X WITH Y", true);
        check("MIT WITH Y", false);
        check("(MIT", false);
        check("MIT ISC", false);
        check("", false);
    }
}
