namespace Chain.Programs;

/// <summary>The exit codes that mean the same in `chain`, `wallet` and `miner`; README lists them.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NodeUnreachable = 3;
    public const int MaybeAccepted = 8;
    public const int Interrupted = 130;

    /// <summary>As error documents spell them.</summary>
    public static string NameOf(int exitCode) => exitCode switch
    {
        Failed => nameof(Failed),
        Usage => nameof(Usage),
        NodeUnreachable => nameof(NodeUnreachable),
        MaybeAccepted => nameof(MaybeAccepted),
        Interrupted => nameof(Interrupted),
        _ => throw new ArgumentOutOfRangeException(nameof(exitCode), exitCode, "Not all programs have this exit code."),
    };
}
