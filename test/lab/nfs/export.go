package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// export is a directory of the server: data/ is what clients see, state.json how the server treats them.
type export struct {
	dir string
}

// state is written by ../nfs-export.ts.
type state struct {
	Fault string `json:"fault"`
	// Generation is what a mount's file handles are good for: those of an earlier one are stale.
	Generation int `json:"generation"`
	// SizeBytes limits the export; 0 is no limit but that of the disk.
	SizeBytes int64 `json:"sizeBytes"`
}

func (e export) data() string { return filepath.Join(e.dir, "data") }

// state is read anew each time, so that a change is seen by mounts that are there.
func (e export) state() (state, error) {
	var result state
	text, err := os.ReadFile(filepath.Join(e.dir, "state.json"))
	if err == nil {
		err = json.Unmarshal(text, &result)
	}
	return result, err
}

// isSilent tells that a client gets no answer, and goes on asking.
func (s state) isSilent() bool { return s.Fault == "refused" || s.Fault == "unreachable" }

// freeBytes is how much more the export can hold; negative when that is up to the disk.
func (e export) freeBytes(s state) int64 {
	if s.Fault == "full" {
		return 0
	}
	if s.SizeBytes == 0 {
		return -1
	}
	return max(0, s.SizeBytes-usedBytes(e.data()))
}

// usedBytes is what the files below a directory take on the disk.
func usedBytes(dir string) int64 {
	var sum int64
	filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // removed meanwhile
		}
		if info, err := entry.Info(); err == nil {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok {
				sum += stat.Blocks * 512
			}
		}
		return nil
	})
	return sum
}
