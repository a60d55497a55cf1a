//! Long lists in pages.

/// Rows on one page.
pub(crate) const PAGE: usize = 100;

/// One page of a list, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) page: usize,
    pub(crate) pages: usize,
    pub(crate) total: usize,
}

impl Paging {
    /// A page that does not exist becomes the nearest one that does.
    pub(crate) fn new(wanted: usize, total: usize) -> Self {
        let pages = total.div_ceil(PAGE).max(1);
        Self {
            page: wanted.clamp(1, pages),
            pages,
            total,
        }
    }

    /// The rows of this page.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        let start = (self.page - 1) * PAGE;
        start..(start + PAGE).min(self.total)
    }

    pub(crate) fn previous(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    pub(crate) fn next(&self) -> Option<usize> {
        (self.page < self.pages).then(|| self.page + 1)
    }

    /// `101 to 150 of 150`.
    pub(crate) fn words(&self) -> String {
        let range = self.range();
        format!("{} to {} of {}", range.start + 1, range.end, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_on_exactly_one_page() {
        for total in [0, 1, 99, 100, 101, 250] {
            let pages = Paging::new(1, total).pages;
            let rows: Vec<usize> = (1..=pages)
                .flat_map(|p| Paging::new(p, total).range())
                .collect();
            assert_eq!(rows, (0..total).collect::<Vec<_>>(), "{total}");
        }
    }

    #[test]
    fn a_page_that_does_not_exist_becomes_the_nearest() {
        assert_eq!(Paging::new(0, 250).page, 1);
        assert_eq!(Paging::new(9, 250).page, 3);
        assert_eq!(Paging::new(3, 250).words(), "201 to 250 of 250");
        assert_eq!(
            (Paging::new(3, 250).previous(), Paging::new(3, 250).next()),
            (Some(2), None)
        );
    }
}
