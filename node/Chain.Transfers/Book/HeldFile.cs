namespace Chain.Transfers;

/// <summary>Tells a file that another program has open, which is worth a wait, from one that cannot be opened at all.</summary>
internal static class HeldFile
{
    private const int WindowsSharingViolation = 32;
    private const int WindowsLockViolation = 33;

    // EWOULDBLOCK, which flock answers.
    private const int LinuxWouldBlock = 11;
    private const int AppleWouldBlock = 35;

    /// <summary>Whether opening a file failed only because of another who has it open.</summary>
    public static bool Is(IOException error) => (error.HResult & 0xffff) is var code && (OperatingSystem.IsWindows()
        ? code is WindowsSharingViolation or WindowsLockViolation
        : code == (OperatingSystem.IsLinux() ? LinuxWouldBlock : AppleWouldBlock));
}
