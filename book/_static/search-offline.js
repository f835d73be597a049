// From a folder on disk a browser refuses to fetch the pages that the search quotes from:
// show the list of found pages without quotations there.
if (window.location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
