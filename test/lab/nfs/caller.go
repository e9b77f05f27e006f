package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// What the server makes of a client's root when it squashes it.
const nobody = 65534

// as does work with a caller's rights to files, as an NFS server does: the kernel checks them and owns what is made to
// the caller. Without root's identity a thread has none of root's rights over files either.
func as(caller fuse.Caller, work func() fuse.Status) fuse.Status {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	groups := groupsOf(caller)
	identify(caller.Uid, caller.Gid, groups)
	defer identify(0, 0, nil)
	return work()
}

// identify changes this thread only, unlike the functions of package syscall.
func identify(uid, gid uint32, groups []uint32) {
	var list unsafe.Pointer
	if len(groups) > 0 {
		list = unsafe.Pointer(&groups[0])
	}
	syscall.RawSyscall(syscall.SYS_SETGROUPS, uintptr(len(groups)), uintptr(list), 0)
	syscall.RawSyscall(syscall.SYS_SETFSGID, uintptr(gid), 0, 0)
	syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(uid), 0, 0)
}

// groupsOf reads the supplementary groups of a caller that isn't squashed: FUSE doesn't tell them.
func groupsOf(caller fuse.Caller) []uint32 {
	if caller.Uid == nobody || caller.Pid == 0 {
		return nil
	}
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", caller.Pid))
	if err != nil {
		return nil
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		list, isGroups := strings.CutPrefix(lines.Text(), "Groups:")
		if !isGroups {
			continue
		}
		var groups []uint32
		for _, word := range strings.Fields(list) {
			if group, err := strconv.ParseUint(word, 10, 32); err == nil {
				groups = append(groups, uint32(group))
			}
		}
		return groups
	}
	return nil
}
