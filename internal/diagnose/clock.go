package diagnose

// Times in logs are read by hand here: time.Parse takes longer than all the rest of a line.
// All results are seconds since 1970 UTC; a time without a zone counts as UTC.

// clfTime reads "10/Oct/2000:13:55:36 +0000", with fractions of a second or without, zone or not.
func clfTime(b []byte) (int64, bool) {
	if len(b) < 20 || b[2] != '/' || b[6] != '/' || b[11] != ':' {
		return 0, false
	}
	month := monthOf(b[3:6])
	t, ok := unixTime(num(b[7:11]), month, num(b[0:2]), b[12:20])
	if !ok {
		return 0, false
	}
	i := 20
	for i < len(b) && (b[i] == '.' || b[i] >= '0' && b[i] <= '9') {
		i++
	}
	if i < len(b) && b[i] == ' ' {
		i++
	}
	return t - zone(b[i:]), true
}

// isoTime reads "2024-11-03T06:09:29.123Z", "2024-11-03 06:09:29" and "2024/11/03 06:09:29".
func isoTime(b []byte) (int64, bool) {
	if len(b) < 19 || (b[4] != '-' && b[4] != '/') || b[7] != b[4] || (b[10] != 'T' && b[10] != ' ') {
		return 0, false
	}
	t, ok := unixTime(num(b[0:4]), num(b[5:7]), num(b[8:10]), b[11:19])
	if !ok {
		return 0, false
	}
	i := 19
	for i < len(b) && (b[i] == '.' || b[i] == ',' || b[i] >= '0' && b[i] <= '9') {
		i++
	}
	return t - zone(b[i:]), true
}

// apacheTime reads "Wed Jun 17 13:08:42.787147 2020", the time of Apache's error log.
func apacheTime(b []byte) (int64, bool) {
	if len(b) < 24 || b[3] != ' ' || b[7] != ' ' || b[10] != ' ' {
		return 0, false
	}
	day := b[8:10]
	if day[0] == ' ' {
		day = day[1:]
	}
	return unixTime(num(b[len(b)-4:]), monthOf(b[4:7]), num(day), b[11:19])
}

// epochTime reads "1597924637.9056916", seconds, or milliseconds to nanoseconds where the number is
// too large for seconds.
func epochTime(b []byte) (int64, bool) {
	var n int64
	digits := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		if digits++; digits > 19 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	switch {
	case digits < 9 || n < 0:
		return 0, false
	case digits >= 18:
		n /= 1e9
	case digits >= 15:
		n /= 1e6
	case digits >= 12:
		n /= 1e3
	}
	return n, true
}

// unixTime joins a date and "15:04:05".
func unixTime(year, month, day int, clock []byte) (int64, bool) {
	if year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || clock[2] != ':' || clock[5] != ':' {
		return 0, false
	}
	h, m, s := num(clock[0:2]), num(clock[3:5]), num(clock[6:8])
	if h < 0 || h > 24 || m < 0 || m > 59 || s < 0 || s > 60 {
		return 0, false
	}
	// Days since 1970-03-01, counted in years that begin in March, so that the leap day is last.
	y := int64(year)
	if month <= 2 {
		y--
		month += 12
	}
	days := 365*y + y/4 - y/100 + y/400 + int64(153*(month-3)+2)/5 + int64(day) - 1 - 719468
	return days*86400 + int64(h*3600+m*60+s), true
}

// zone reads "+0200" or "+02:00" in seconds; anything else is 0.
func zone(b []byte) int64 {
	if len(b) < 5 || (b[0] != '+' && b[0] != '-') {
		return 0
	}
	m := b[3:5]
	if b[3] == ':' && len(b) >= 6 {
		m = b[4:6]
	}
	h, min := num(b[1:3]), num(m)
	if h < 0 || min < 0 {
		return 0
	}
	off := int64(h*3600 + min*60)
	if b[0] == '-' {
		return -off
	}
	return off
}

// num reads digits only; anything else is -1.
func num(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if len(b) == 0 {
		return -1
	}
	return n
}

func monthOf(b []byte) int {
	switch string(b) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}
