namespace Chain.Consensus.Stake;

/// <summary>Why a key of this node signs nothing although it could.</summary>
public abstract record KeySilence
{
    private KeySilence()
    {
    }

    /// <summary>What is so and what to do; for after the validator and a colon.</summary>
    public abstract string Message { get; }

    /// <summary>The key may be in use on another node, so the node listens for its votes and blocks before it signs.</summary>
    /// <param name="Missing">What the signing history lacks, or null when it lacks the key altogether.</param>
    /// <param name="Until">When signing begins, if nothing of the key is heard and every epoch until then counts.</param>
    /// <param name="NotCounted">The last epoch that did not count, and why; null for none.</param>
    public sealed record Listening(OwnMessage? Missing, Epoch Until, (Epoch Epoch, string Why)? NotCounted) : KeySilence
    {
        public override string Message =>
            $"no signatures before {Until}: {Cause}, so another node may be using it. "
            + $"Signing begins then unless the key is seen in use{Delay}; "
            + "import the key's history, or restart this node with --new-signing-history, to begin at once";

        private string Delay => NotCounted is var (epoch, why) ? $" ({epoch} did not count: {why})" : "";

        private string Cause => Missing is { } missing
            ? $"this node's signing history of the key ends before {missing}, which the chain shows"
            : "this node has no signing history of the key";
    }

    /// <summary>Something signed with the key was heard that this node did not sign.</summary>
    /// <param name="Heard">The latest of it.</param>
    /// <param name="Epoch">The epoch of its slot.</param>
    public sealed record UsedElsewhere(OwnMessage Heard, Epoch Epoch) : KeySilence
    {
        public override string Message =>
            $"no signatures here: {Heard}{(Heard.Target is null ? $" of {Epoch}" : "")} was seen, so the key is in use "
            + "elsewhere; signing on both nodes would get the validator slashed. Stop the other copy and restart this node, "
            + "which listens again; or, if it is certain that no copy runs, restart it with --new-signing-history";
    }
}

/// <summary>A validator of this node whose key is silent.</summary>
public sealed record SilentValidator(int Index, ValidatorKey Key, KeySilence Silence);
