package main

import (
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"syscall"
)

// usage is what the process has used since its start.
type usage struct {
	CPUMicros int64 `json:"cpuMicros"`
	PeakBytes int64 `json:"peakBytes"`
	RSSBytes  int64 `json:"rssBytes"`
}

// readUsage reads the usage of this process; before that it collects garbage, where wanted. Memory is known on Linux only.
func readUsage(collect bool) (usage, error) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return usage{}, err
	}
	if collect {
		debug.FreeOSMemory()
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		status = nil
	}
	return usage{
		CPUMicros: used.Utime.Nano()/1000 + used.Stime.Nano()/1000,
		PeakBytes: readKibibytes(status, "VmHWM"),
		RSSBytes:  readKibibytes(status, "VmRSS"),
	}, nil
}

func readKibibytes(status []byte, name string) int64 {
	found := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(status)
	if found == nil {
		return 0
	}
	kibibytes, _ := strconv.ParseInt(string(found[1]), 10, 64)
	return kibibytes * 1024
}
