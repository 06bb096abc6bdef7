//! Closed lists of words, spelled as the Admin API and the store spell them. Must not know which lists there are.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &'static [Self] = &[$(Self::$word,)+];

            /// Gives the word as the Admin API and the store spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $text,)+ }
            }

            /// Finds a word by its spelling.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }
        }
    )+};
}

pub(crate) use words;
