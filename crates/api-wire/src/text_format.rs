//! The text formats that fields and parameters may have: each a predicate beside the pattern that
//! documents it. It must not know which field uses which.

/// One named text format. The predicate decides; the pattern is what the OpenAPI document shows.
#[derive(Debug)]
pub struct TextFormat {
    /// The same rule as a regular expression (ECMA-262, anchored).
    pub pattern: &'static str,
    /// The OpenAPI `format` word, where one exists; it then stands in place of the pattern.
    pub keyword: Option<&'static str>,
    /// Completes "must be …" in an error.
    pub expected: &'static str,
    /// Decides whether a text has this format.
    pub matches: fn(&str) -> bool,
}

/// 24 lower-case hexadecimal digits.
/// Source: contract.md 1.1.
pub static OBJECT_ID: TextFormat = TextFormat {
    pattern: "^[a-f0-9]{24}$",
    keyword: None,
    expected: "an id of 24 lower-case hexadecimal digits",
    matches: is_object_id,
};

/// A UUID with hyphens, in either case.
pub static UUID: TextFormat = TextFormat {
    pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    keyword: Some("uuid"),
    expected: "a UUID such as 632ff709-32a8-48a3-8224-30d2386fadaf",
    matches: is_uuid,
};

/// The client id of a service account.
/// Source: contract.md 7.2; ours are written in lower case.
pub static CLIENT_ID: TextFormat = TextFormat {
    pattern: "^mdb_sa_id_[a-f0-9]{24}$",
    keyword: None,
    expected: "a client id such as mdb_sa_id_32b6e34b3d91647abb20e7b8",
    matches: is_client_id,
};

/// The ARN of an IAM role.
/// Source: IAM user guide, "IAM identifiers".
pub static ROLE_ARN: TextFormat = TextFormat {
    pattern: "^arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role(/[A-Za-z0-9_+=,.@-]+)+$",
    keyword: None,
    expected: "the ARN of an IAM role such as arn:aws:iam::444455556666:role/atrest",
    matches: is_role_arn,
};

/// An access role of AWS: our id for it, or the ARN of its IAM role.
pub static ROLE_REFERENCE: TextFormat = TextFormat {
    pattern: "^([a-f0-9]{24}|arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role(/[A-Za-z0-9_+=,.@-]+)+)$",
    keyword: None,
    expected: "an id of 24 lower-case hexadecimal digits, or the ARN of an IAM role",
    matches: |text| is_object_id(text) || is_role_arn(text),
};

/// Any text without control characters: no line breaks, no NUL.
pub static ONE_LINE: TextFormat = TextFormat {
    pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
    keyword: None,
    expected: "text without line breaks or other control characters",
    matches: is_one_line,
};

/// A moment as RFC 3339 writes it.
pub static DATE_TIME: TextFormat = TextFormat {
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$",
    keyword: Some("date-time"),
    expected: "a time such as 2026-08-10T03:04:14Z (in a query, write + as %2B)",
    matches: is_date_time,
};

/// A cluster's name.
/// Source: contract.md 4.3.
pub static CLUSTER_NAME: TextFormat = TextFormat {
    pattern: "^[a-zA-Z0-9][a-zA-Z0-9-]*$",
    keyword: None,
    expected: "a cluster name of letters, digits and hyphens",
    matches: is_cluster_name,
};

/// A word of a list that depends on the cloud: a region or a size.
pub static UPPER_WORD: TextFormat = TextFormat {
    pattern: "^[A-Z0-9_]+$",
    keyword: None,
    expected: "a word of capital letters, digits and underscores, such as US_EAST_1 or M10",
    matches: is_upper_word,
};

/// A release series of MongoDB.
pub static MAJOR_VERSION: TextFormat = TextFormat {
    pattern: "^[0-9]{1,2}\\.[0-9]{1,2}$",
    keyword: None,
    expected: "a release series such as 8.0",
    matches: is_major_version,
};

/// An IPv4 or IPv6 address.
pub static ADDRESS: TextFormat = TextFormat {
    pattern: "^[0-9a-fA-F.:]{2,45}$",
    keyword: None,
    expected: "an IP address such as 203.0.113.9 or 2001:db8::1",
    matches: is_address,
};

/// A network of IPv4 or IPv6.
pub static NETWORK: TextFormat = TextFormat {
    pattern: "^[0-9a-fA-F.:]{2,45}/[0-9]{1,3}$",
    keyword: None,
    expected: "a network such as 203.0.113.0/24 or 2001:db8::/32",
    matches: is_network,
};

/// An e-mail address. Which ones can be written to is a rule of the domain.
pub static EMAIL: TextFormat = TextFormat {
    pattern: "^[^@\\s]+@[^@\\s]+$",
    keyword: Some("email"),
    expected: "an e-mail address such as ada@example.com",
    matches: is_email,
};

/// Says whether a text is an id as the API writes them: 24 lower-case hexadecimal digits.
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads a moment as RFC 3339 writes it.
pub fn parse_date_time(text: &str) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()
}

fn is_client_id(text: &str) -> bool {
    text.strip_prefix("mdb_sa_id_").is_some_and(is_object_id)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", "aws" | "aws-cn" | "aws-us-gov", "iam", "", account, resource] = parts.as_slice() else { return false };
    let account_fits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
    let name_fits = |name: &str| name.split('/').all(|part| !part.is_empty() && part.bytes().all(letter));
    account_fits && resource.strip_prefix("role/").is_some_and(name_fits)
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most: u8 = if address.is_ipv4() { 32 } else { 128 };
    length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit()) && length.parse::<u8>().is_ok_and(|n| n <= most)
}

fn is_email(text: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(blank)
    })
}

fn is_date_time(text: &str) -> bool {
    parse_date_time(text).is_some()
}

fn is_upper_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_major_version(text: &str) -> bool {
    let number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor))
}

fn is_cluster_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric()) && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::{
        ADDRESS, CLIENT_ID, CLUSTER_NAME, DATE_TIME, EMAIL, MAJOR_VERSION, NETWORK, OBJECT_ID, ONE_LINE, ROLE_ARN,
        ROLE_REFERENCE, TextFormat, UPPER_WORD, UUID,
    };

    fn check(format: &TextFormat, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!((format.matches)(text), "{text:?} should match {}", format.pattern);
        }
        for text in bad {
            assert!(!(format.matches)(text), "{text:?} should not match {}", format.pattern);
        }
    }

    #[test]
    fn tells_good_texts_from_bad_ones() {
        check(
            &OBJECT_ID,
            &["32b6e34b3d91647abb20e7b8", "000000000000000000000000"],
            &[
                "",
                "32B6E34B3D91647ABB20E7B8",
                "32b6e34b3d91647abb20e7b",
                "32b6e34b3d91647abb20e7b88",
                "32b6e34b3d91647abb20e7bg",
                "32b6e34b3d91647abb20e7b8\n",
                "{groupId}",
            ],
        );
        check(
            &UUID,
            &["632ff709-32a8-48a3-8224-30d2386fadaf", "632FF709-32A8-48A3-8224-30D2386FADAF"],
            &["", "string", "632ff70932a848a3822430d2386fadaf", "632ff709-32a8-48a3-8224-30d2386fadag"],
        );
        check(&CLIENT_ID, &["mdb_sa_id_32b6e34b3d91647abb20e7b8"], &["", "mdb_sa_id_", "32b6e34b3d91647abb20e7b8"]);
        check(
            &ROLE_ARN,
            &["arn:aws:iam::444455556666:role/atrest", "arn:aws-cn:iam::444455556666:role/a/b+=,.@-_1"],
            &["", "arn:aws:iam::444455556666:role/", "arn:aws:iam::444455556666:user/a", "arn:aws:iam::4:role/a"],
        );
        let id_or_arn = ["32b6e34b3d91647abb20e7b8", "arn:aws:iam::444455556666:role/atrest"];
        check(&ROLE_REFERENCE, &id_or_arn, &["", "32b6e34b3d91647abb20e7bg", "arn:aws:iam::444455556666:root"]);
        check(&ONE_LINE, &["", "alias/key é"], &["a\r\nb", "a\0", "tab\t", "\u{85}"]);
        check(
            &DATE_TIME,
            &["2026-08-10T03:04:14Z", "2026-08-10T03:04:14.123+02:00"],
            &["", "2026-08-10", "yesterday", "2026-13-10T03:04:14Z", "2026-08-10T03:04:14"],
        );
        check(&UPPER_WORD, &["US_EAST_1", "M10"], &["", "us", "A-B", "Ä"]);
        check(&MAJOR_VERSION, &["8.0", "10.12"], &["", "8", "8.0.1", "a.b", "8.", "100.0"]);
        check(&ADDRESS, &["203.0.113.9", "2001:db8::1"], &["", "203.0.113", "203.0.113.9/32", "::1%eth0", "a"]);
        check(
            &NETWORK,
            &["203.0.113.0/24", "2001:db8::/32", "0.0.0.0/0"],
            &["", "203.0.113.0", "203.0.113.0/33", "::/129", "203.0.113.0/-1", "203.0.113.0/+8", "a/8"],
        );
        check(&EMAIL, &["ada@example.com", "o'brien@localhost"], &["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n"]);
        check(&CLUSTER_NAME, &["a", "Cluster-0"], &["", "-a", "a_b", "a b"]);
    }
}
