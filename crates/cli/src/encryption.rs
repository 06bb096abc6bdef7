//! What a dry run and a setup kit look like on a terminal. It must not know what makes a candidate pass.

use serde_json::Value;

use crate::Ended;
use crate::output::{Table, at, shown, tame};

/// Reads the answer of a dry run: only a plain yes passes.
pub(crate) fn verdict(answer: &Value) -> Ended {
    if answer.get("passed") == Some(&Value::Bool(true)) { Ended::Well } else { Ended::NotPassed }
}

/// Draws the report of a dry run: a line for each thing that was looked at, and the verdict.
pub(crate) fn report(answer: &Value) -> String {
    let mut table = Table::new(&["PROVIDER", "CHECK", "STATUS", "CODE", "DETAIL"]);
    for provider in at(answer, "/providers/*") {
        let name = provider.get("provider").map(shown).unwrap_or_default();
        for item in at(provider, "/items/*") {
            let cell = |key: &str| item.get(key).map(shown).unwrap_or_default();
            table.row(vec![name.clone(), cell("check"), cell("status"), cell("code"), cell("detail")]);
        }
    }
    let words = match verdict(answer) {
        Ended::Well => "passed: the change would be saved",
        Ended::Refused | Ended::NotPassed => "not passed: the change would be refused",
    };
    format!("{}\n\n{words}; nothing was saved", table.drawn())
}

/// Prints the steps of a setup kit, each under its title.
pub(crate) fn kit(answer: &Value) -> String {
    let step = |(number, step): (usize, &Value)| {
        let title = step.get("title").map(shown).unwrap_or_default();
        let content = step.get("content").and_then(Value::as_str).unwrap_or_default();
        // The lines of what is pasted stay lines.
        let content: Vec<String> = content.lines().map(tame).collect();
        format!("# {number}. {title}\n\n{}", content.join("\n"))
    };
    let steps: Vec<String> = (1..).zip(at(answer, "/steps/*")).map(step).collect();
    steps.join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passes_on_a_plain_yes_alone() {
        let check = |answer: Value, expected| assert_eq!(verdict(&answer), expected, "{answer}");
        check(json!({ "passed": true }), Ended::Well);
        check(json!({ "passed": false }), Ended::NotPassed);
        check(json!({ "passed": "true" }), Ended::NotPassed);
        check(json!({}), Ended::NotPassed);
        check(json!([]), Ended::NotPassed);
    }

    #[test]
    fn reports_each_item_of_each_provider() {
        let answer = json!({ "passed": false, "providers": [{ "provider": "AWS", "passed": false, "items": [
            { "check": "IDENTITY", "status": "PASSED", "code": null, "detail": "role\n\u{1b}[31m" },
            { "check": "KEY_STATE", "status": "FAILED", "code": "AWS_KMS_KEY_DISABLED", "detail": "the key is off" },
        ] }] });
        assert_eq!(
            report(&answer),
            "PROVIDER   CHECK       STATUS   CODE                   DETAIL\n\
             AWS        IDENTITY    PASSED                          role  [31m\n\
             AWS        KEY_STATE   FAILED   AWS_KMS_KEY_DISABLED   the key is off\n\n\
             not passed: the change would be refused; nothing was saved"
        );
    }

    #[test]
    fn prints_each_step_with_its_lines() {
        let answer = json!({ "steps": [
            { "title": "Trust us", "format": "json", "content": "{\n  \"a\": 1\n}" },
            { "title": "Run", "format": "shell", "content": "az x" },
        ] });
        assert_eq!(kit(&answer), "# 1. Trust us\n\n{\n  \"a\": 1\n}\n\n# 2. Run\n\naz x");
    }
}
