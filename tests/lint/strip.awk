# C without comments, strings and character constants: prints "file:line:code" for each line that still has any.
# With -v keep_strings=1 the strings stay (for #include and for text).
FNR == 1 { in_comment = 0 }
{
	line = $0
	out = ""
	while (line != "") {
		if (in_comment) {
			end = index(line, "*/")
			if (!end)
				break
			line = substr(line, end + 2)
			in_comment = 0
			out = out " "
			continue
		}
		two = substr(line, 1, 2)
		one = substr(line, 1, 1)
		if (two == "/*") {
			in_comment = 1
			line = substr(line, 3)
		} else if (two == "//") {
			break
		} else if (one == "\"" || one == "'") {
			end = 2
			while (end <= length(line) && substr(line, end, 1) != one) {
				if (substr(line, end, 1) == "\\")
					end++
				end++
			}
			out = out (keep_strings ? substr(line, 1, end) : one one)
			line = substr(line, end + 1)
		} else {
			if (match(substr(line, 2), /["'\/]/)) {
				out = out substr(line, 1, RSTART)
				line = substr(line, RSTART + 1)
			} else {
				out = out line
				line = ""
			}
		}
	}
	if (out ~ /[^ \t]/)
		print FILENAME ":" FNR ":" out
}
