// Runs before anything is painted, and so is no module: the wrong theme would flash.
(function () {
  var theme = new URLSearchParams(location.search).get("theme") || localStorage.getItem("mentorgraph.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
