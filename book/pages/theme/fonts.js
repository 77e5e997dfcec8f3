document.fonts.forEach(function (font) { font.load(); });
