//! Who is seen on a network: addresses, routers, and the lists that they serve.

mod addresses;
mod lid;
mod lists;
mod routers;
