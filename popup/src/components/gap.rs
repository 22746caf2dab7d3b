//! What stands in a long list for the rows that are not in the page, and which rows are in sight.

use crate::browser::document;
use std::ops::Range;
use web_sys::Element;
use yew::prelude::*;

/// How many rows an element of a list stands for, where it is no row.
const ROWS: &str = "data-rows";

/// Returns as much room as so many rows take; nothing for a screen reader.
///
/// Not a component, and no effect sets its height: Yew's scheduler goes back to the browser after 16 ms even
/// when the components below a painted one have not got their new properties and effects have not run (0.23.0).
/// A gap without its height would move all that stands below it, and scroll the list.
pub(super) fn gap(key: String, rows: usize) -> Html {
    // The policy of the pages allows no styles in the markup; the property is not markup.
    html! {
        <li {key} class="gap" role="none" data-rows={rows.to_string()} ~style={format!("--rows: {rows}")} />
    }
}

/// Returns which rows of a list can be seen in the pane that scrolls it; where none can, an empty range at
/// the end that is nearer.
pub(super) fn in_sight(pane: &Element, list: &str) -> Option<Range<usize>> {
    let list = document()?.get_element_by_id(list)?;
    let pane = pane.get_bounding_client_rect();
    let mut next = 0;
    let mut sight: Option<Range<usize>> = None;
    let mut above = 0;
    for (element, rows) in elements(&list) {
        let place = element.get_bounding_client_rect();
        if place.bottom() <= pane.top() {
            above = next + rows;
        } else if place.top() < pane.bottom() {
            let row = place.height() / count(rows);
            let first = next + whole((pane.top() - place.top()) / row).min(rows);
            let end = next + (whole((pane.bottom() - place.top()) / row) + 1).min(rows);
            sight = Some(sight.map_or(first, |sight| sight.start)..end);
        }
        next += rows;
    }
    Some(sight.unwrap_or(above..above))
}

/// Returns which row of a list has the focus in it.
pub(super) fn row_with_focus(list: &str) -> Option<usize> {
    let focused = document()?.active_element()?;
    let list = document()?.get_element_by_id(list)?;
    let mut next = 0;
    for (element, rows) in elements(&list) {
        if element.contains(Some(&focused)) {
            return Some(next);
        }
        next += rows;
    }
    None
}

/// Returns what stands in a list, each with how many rows it stands for.
fn elements(list: &Element) -> impl Iterator<Item = (Element, usize)> + use<> {
    let mut next = list.first_element_child();
    std::iter::from_fn(move || {
        let element = next.take()?;
        next = element.next_element_sibling();
        let rows = element.get_attribute(ROWS);
        let rows = rows.and_then(|rows| rows.parse().ok()).unwrap_or(1);
        Some((element, rows))
    })
}

#[expect(clippy::cast_precision_loss, reason = "a list is short")]
fn count(rows: usize) -> f64 {
    rows as f64
}

/// Returns how many whole rows fit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a negative number of rows, and none of no height, are none"
)]
fn whole(rows: f64) -> usize {
    rows as usize
}
