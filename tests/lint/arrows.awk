# The arrows of the house. First file: CMakeLists.txt, whose bt_room and bt_program rows say who may include whom.
# Second: "file:line:code" of strip.awk with strings. Prints one line per include that goes against a row.
function folder(path) {
	return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : ""
}
FNR == NR {
	sub(/#.*/, "")
	if (/^bt_(room|program)\(/)
		row = ""
	else if (row == "-" || row == "")
		next
	row = row " " $0
	if (!/\)/)
		next
	gsub(/[()]/, " ", row)
	n = split(row, word, /[ \t]+/)
	for (first = 1; first <= n && word[first] == ""; first++)
		;
	if (word[first] == "bt_room") {
		from = word[first + 1]
		room[from] = 1
		sees[from, from] = 1
		for (i = first + 2; i <= n && word[i] != "USES"; i++)
			if (word[i] != "SEES" && word[i] != "")
				sees[from, word[i]] = 1
	} else {
		for (i = first + 3; i <= n; i++)
			sees[word[first + 2], word[i]] = 1
	}
	row = "-"
	next
}
/#[ \t]*include[ \t]*"/ {
	split($0, part, ":")
	file = part[1]
	match($0, /"[^"]*"/)
	target = substr($0, RSTART + 1, RLENGTH - 2)
	from = folder(file)
	to = folder(target)
	if (to == "") {
		print file ":" part[2] ": \"" target "\": includes are rooted at the top of the tree"
		next
	}
	if (!(from in room))
		next
	if (!(to in room))
		print file ":" part[2] ": " to " is no room of CMakeLists.txt"
	else if (!((from, to) in sees) && !((file, to) in sees))
		print file ":" part[2] ": " from " does not list " to " in its bt_room row"
}
