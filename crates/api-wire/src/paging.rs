//! Pages of a list and the links around them. It must not know what is listed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::query::{Query, QueryParameter};
use crate::schema::{FLAG, Kind, Schema};

/// Asks for `totalCount`.
pub static INCLUDE_COUNT: QueryParameter = QueryParameter {
    name: "includeCount",
    schema: &FLAG,
    repeated: false,
    default: Some("true"),
    description: "Adds totalCount, the number of all items, to the answer.",
};

/// The size of a page.
pub static ITEMS_PER_PAGE: QueryParameter = QueryParameter {
    name: "itemsPerPage",
    schema: &PAGE_SIZE,
    repeated: false,
    default: Some("100"),
    description: "How many items one page holds.",
};

/// The number of a page.
pub static PAGE_NUM: QueryParameter = QueryParameter {
    name: "pageNum",
    schema: &PAGE_NUMBER,
    repeated: false,
    default: Some("1"),
    description: "Which page to return, counted from 1.",
};

/// Source: contract.md 2.6.
static PAGE_SIZE: Schema = Schema::inline(Kind::Integer { min: 1, max: 500 });
/// The upper bound keeps page number times page size within 64 bits.
static PAGE_NUMBER: Schema = Schema::inline(Kind::Integer { min: 1, max: 2_147_483_647 });

/// Which part of a list was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Whether the answer says how many items there are in all.
    pub include_count: bool,
    /// How many items a page holds, 1 to 500.
    pub items_per_page: u32,
    /// Which page, from 1.
    pub page_num: u32,
}

impl Paging {
    /// Takes the paging out of a checked query.
    pub fn of(query: &Query) -> Self {
        let number = |name| query.integer(name).and_then(|n| u32::try_from(n).ok());
        Self {
            // A list that does not know the parameter tells its count always.
            include_count: query.text(INCLUDE_COUNT.name) != Some("false"),
            items_per_page: number(ITEMS_PER_PAGE.name).unwrap_or(100),
            page_num: number(PAGE_NUM.name).unwrap_or(1),
        }
    }

    /// Says how many items come before this page.
    pub fn skip(&self) -> u64 {
        u64::from(self.page_num.saturating_sub(1)) * u64::from(self.items_per_page)
    }
}

/// A link of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// An absolute address.
    pub href: String,
    /// What the address is to this answer: `self`, `next`, `previous`, or an address of its own.
    pub rel: String,
}

impl Link {
    /// Makes the link of an answer to itself.
    pub fn to_self(href: impl Into<String>) -> Self {
        Self { href: href.into(), rel: "self".to_owned() }
    }
}

/// Where a list lives: its address, and the parameters besides paging that shaped it.
#[derive(Debug, Clone)]
pub struct ListAddress<'a> {
    /// The address without its query, absolute.
    pub url: &'a str,
    /// Parameters that links repeat, decoded.
    pub filters: &'a [(&'a str, String)],
}

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paged<T> {
    /// This page, and the next and the previous one if they exist.
    pub links: Vec<Link>,
    /// The items.
    pub results: Vec<T>,
    /// The number of all items, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
}

impl<T> Paged<T> {
    /// Makes a page of the items on it and the number of all items.
    pub fn new(results: Vec<T>, total: u64, paging: Paging, address: &ListAddress<'_>) -> Self {
        let seen = paging.skip().saturating_add(u64::from(paging.items_per_page));
        Self::with_more(results, Some(total), seen < total, paging, address)
    }

    /// Makes a page when the number of all items is not known: `more` says whether any follow.
    pub fn with_more(
        results: Vec<T>,
        total: Option<u64>,
        more: bool,
        paging: Paging,
        address: &ListAddress<'_>,
    ) -> Self {
        let mut links = vec![Link::to_self(address.page(paging, Order::NumberFirst))];
        let mut turn = |rel: &str, page_num: u32| {
            let href = address.page(Paging { page_num, ..paging }, Order::SizeFirst);
            links.push(Link { href, rel: rel.to_owned() });
        };
        if more {
            turn("next", paging.page_num.saturating_add(1));
        }
        if paging.page_num > 1 {
            turn("previous", paging.page_num - 1);
        }
        Self { links, results, total_count: total.filter(|_| paging.include_count) }
    }
}

/// The order of the two paging parameters, which differs between links in recorded answers.
/// Source: clients.md 4.
#[derive(Clone, Copy)]
enum Order {
    NumberFirst,
    SizeFirst,
}

/// What stays bare in a link's query.
const BARE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl ListAddress<'_> {
    fn page(&self, paging: Paging, order: Order) -> String {
        let Paging { include_count, items_per_page, page_num } = paging;
        let mut href = format!("{}?includeCount={include_count}", self.url);
        for (name, value) in self.filters {
            href.push('&');
            href.extend(utf8_percent_encode(name, BARE));
            href.push('=');
            href.extend(utf8_percent_encode(value, BARE));
        }
        href.push_str(&match order {
            Order::NumberFirst => format!("&pageNum={page_num}&itemsPerPage={items_per_page}"),
            Order::SizeFirst => format!("&itemsPerPage={items_per_page}&pageNum={page_num}"),
        });
        href
    }
}

#[cfg(test)]
mod tests {
    use super::{ListAddress, Paged, Paging};

    fn check(paging: Paging, total: u64, expected: &[(&str, &str)], count: Option<u64>) {
        let filters = [("includeRaw", "false".to_owned()), ("n", "a b+ü".to_owned())];
        let address = ListAddress { url: "http://h/x", filters: &filters };
        let page = Paged::<u8>::new(Vec::new(), total, paging, &address);
        let found: Vec<(&str, &str)> = page.links.iter().map(|link| (link.rel.as_str(), link.href.as_str())).collect();
        assert_eq!(found, expected);
        assert_eq!(page.total_count, count);
    }

    #[test]
    fn links_to_the_pages_around() {
        check(
            Paging { include_count: true, items_per_page: 100, page_num: 1 },
            100,
            &[("self", "http://h/x?includeCount=true&includeRaw=false&n=a%20b%2B%C3%BC&pageNum=1&itemsPerPage=100")],
            Some(100),
        );
        check(
            Paging { include_count: false, items_per_page: 2, page_num: 2 },
            5,
            &[
                ("self", "http://h/x?includeCount=false&includeRaw=false&n=a%20b%2B%C3%BC&pageNum=2&itemsPerPage=2"),
                ("next", "http://h/x?includeCount=false&includeRaw=false&n=a%20b%2B%C3%BC&itemsPerPage=2&pageNum=3"),
                (
                    "previous",
                    "http://h/x?includeCount=false&includeRaw=false&n=a%20b%2B%C3%BC&itemsPerPage=2&pageNum=1",
                ),
            ],
            None,
        );
    }

    #[test]
    fn skips_without_overflow() {
        let far = Paging { include_count: true, items_per_page: 500, page_num: 2_147_483_647 };
        assert_eq!(far.skip(), 2_147_483_646 * 500);
        check(
            far,
            3,
            &[
                (
                    "self",
                    "http://h/x?includeCount=true&includeRaw=false&n=a%20b%2B%C3%BC&pageNum=2147483647&itemsPerPage=500",
                ),
                (
                    "previous",
                    "http://h/x?includeCount=true&includeRaw=false&n=a%20b%2B%C3%BC&itemsPerPage=500&pageNum=2147483646",
                ),
            ],
            Some(3),
        );
    }
}
