//! The notation of the tables of frames: one line a field, from which the types, their reading and
//! their writing are made.
//!
//! ```text
//! frames! {
//!     /// What two contacts say to each other.
//!     SessionFrame {
//!         "have" => Have {
//!             log: Option<String>,    may be missing, as `log?` in PROTOCOL.md
//!             upto: u64,              must be there
//!             at: u64 = 0,            always written; 0 where an older program leaves it out
//!             card: Card,             the fields of a part, written in its place
//!         },
//!         "typing" => Typing,
//!     }
//! }
//! ```
//!
//! A new frame is a line in the table of its conversation (`router.rs`, `handshake.rs`,
//! `session.rs`), an arm in its receiver (the compiler asks for it), and a line in PROTOCOL.md (a
//! test asks for it).

/// Makes the enum of one conversation from its table.
macro_rules! frames {
    (
        $(#[$about:meta])*
        $name:ident { $(
            $(#[$doc:meta])*
            $kind:literal => $variant:ident $({ $(
                $(#[$field_doc:meta])*
                $field:ident : $type:ty $(= $absent:expr)?
            ),* $(,)? })?
        ),* $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "made, sent or taken, and dropped at once")]
        pub(crate) enum $name { $(
            $(#[$doc])*
            $variant $({ $( $(#[$field_doc])* $field: $type ),* })?
        ),* }

        impl $name {
            /// Reads the bytes of one message.
            pub(crate) fn decode(bytes: &[u8]) -> Result<Self, $crate::wire::Malformed> {
                let json = $crate::wire::json::parse(bytes)?;
                let fields = $crate::wire::json::Fields(json.value());
                match fields.kind()?.as_str() {
                    $( $kind => Ok(Self::$variant { $( $(
                        $field: read_field!(fields, stringify!($field), $type $(, $absent)?)
                    ),* )? }), )*
                    _ => Err($crate::wire::Malformed::UnknownType),
                }
            }
        }

        impl $crate::wire::Frame for $name {
            fn kind(&self) -> &'static str {
                match self { $( Self::$variant { .. } => $kind ),* }
            }

            fn write(&self, _f: &mut $crate::wire::json::Object<'_, '_, '_>) -> std::fmt::Result {
                match self { $( Self::$variant { $( $($field),* )? } => {
                    $( $( $crate::wire::json::Field::write($field, _f, stringify!($field))?; )* )?
                    Ok(())
                } ),* }
            }
        }

        #[cfg(test)]
        impl $name {
            /// Each type of message with its fields.
            pub(crate) const FIELDS: &[(&str, &[$crate::wire::json::Member])] = &[
                $( ($kind, &[ $( $( member!(stringify!($field), $type) ),* )? ]) ),*
            ];

            /// Returns every message of this conversation, with any values.
            pub(crate) fn any() -> impl proptest::strategy::Strategy<Value = Self> {
                use proptest::strategy::Strategy;
                proptest::strategy::Union::new([ $(
                    proptest::arbitrary::any::<($($($type,)*)?)>()
                        .prop_map(|($($($field,)*)?)| Self::$variant { $( $(
                            $field: $crate::wire::json::Field::within_bounds($field)
                        ),* )? })
                        .boxed()
                ),* ])
            }
        }
    };
}

/// Makes a group of fields that several frames have, with the name of each field on the wire.
macro_rules! part {
    (
        $(#[$about:meta])*
        $name:ident { $(
            $(#[$doc:meta])*
            $wire:literal => $field:ident : $type:ty $(= $absent:expr)?
        ),* $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq)]
        pub(crate) struct $name { $(
            $(#[$doc])*
            pub(crate) $field: $type
        ),* }

        impl $crate::wire::json::Field for $name {
            fn read(
                fields: $crate::wire::json::Fields<'_, '_>,
                _: &'static str,
            ) -> Result<Self, $crate::wire::Malformed> {
                Ok(Self { $( $field: read_field!(fields, $wire, $type $(, $absent)?) ),* })
            }

            fn write(
                &self,
                f: &mut $crate::wire::json::Object<'_, '_, '_>,
                _: &'static str,
            ) -> std::fmt::Result {
                $( $crate::wire::json::Field::write(&self.$field, f, $wire)?; )*
                Ok(())
            }

            #[cfg(test)]
            const PARTS: &'static [$crate::wire::json::Member] = &[ $( member!($wire, $type) ),* ];
        }

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::strategy::Strategy;
                proptest::arbitrary::any::<($($type,)*)>()
                    .prop_map(|($($field,)*)| Self { $(
                        $field: $crate::wire::json::Field::within_bounds($field)
                    ),* })
                    .boxed()
            }
        }
    };
}

/// Reads one field; where it is missing, takes what the table says.
macro_rules! read_field {
    ($fields:ident, $name:expr, $type:ty) => {
        <$type as $crate::wire::json::Field>::read($fields, $name)?
    };
    ($fields:ident, $name:expr, $type:ty, $absent:expr) => {
        <Option<$type> as $crate::wire::json::Field>::read($fields, $name)?.unwrap_or($absent)
    };
}

/// Describes one field to the tests.
#[cfg(test)]
macro_rules! member {
    ($name:expr, $type:ty) => {
        $crate::wire::json::Member {
            name: $name,
            optional: <$type as $crate::wire::json::Field>::OPTIONAL,
            parts: <$type as $crate::wire::json::Field>::PARTS,
        }
    };
}
