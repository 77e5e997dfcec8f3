(function (page) { try { var theme = localStorage.getItem("theme"); if (theme === "light" || theme === "dark") page.dataset.theme = theme; } catch (e) {} })(document.documentElement);
