namespace Chain.Wallet;

/// <summary>What the program tells a script when it ends. Fixed: numbers are added, never given another meaning.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The node or the wallet refused, or the user said no.</summary>
    Failed = 1,

    /// <summary>The command line, or a value in it, makes no sense.</summary>
    Usage = 2,

    /// <summary>No node answers at the URL, or what answers is none.</summary>
    NodeUnreachable = 3,

    /// <summary>The password does not open the keystore file.</summary>
    WrongPassword = 4,

    /// <summary>No such account, transaction or file, or one that cannot be read.</summary>
    Unknown = 5,

    /// <summary>The time given with --timeout ran out.</summary>
    TimedOut = 6,

    /// <summary>The transfer that was followed will not arrive: replaced, conflicting, dropped or failed.</summary>
    NotArrived = 7,

    /// <summary>
    /// A transfer was signed and handed over, and it is not known whether it was accepted. Sending again may pay twice.
    /// </summary>
    MaybeAccepted = 8,

    /// <summary>Stopped from the keyboard or by a signal.</summary>
    Interrupted = 130,
}

/// <summary>The one way out of a command that cannot go on: a sentence for the user and a code for the script.</summary>
public sealed class WalletException : Exception
{
    public WalletException(ExitCode exitCode, string message)
        : base(message) => ExitCode = exitCode;

    public ExitCode ExitCode { get; }

    /// <summary>The exit code of an error that the wallet shares with other programs.</summary>
    public static ExitCode CodeOf(ClientException error) => error is NodeUnreachableException ? ExitCode.NodeUnreachable
        : ExitCode.Failed;
}
