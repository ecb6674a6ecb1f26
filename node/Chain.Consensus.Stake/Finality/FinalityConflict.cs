using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Proof that two checkpoints that exclude each other are both final.</summary>
/// <param name="Ours">Our finalized checkpoint.</param>
/// <param name="Theirs">The other one.</param>
/// <param name="Target">What the votes that make it final link it to, one epoch later or two.</param>
/// <param name="LastShared">The last block that both histories have; null where no peer could show where the other one leaves
/// ours.</param>
/// <param name="WeighedAt">The checkpoint of ours whose state gives the weights: the last that both have, or a later one; the
/// oldest that this node remembers where they parted before it.</param>
/// <param name="HasLeaked">Whether the weights are what the inactivity leak would have left of that state if the voters alone had
/// voted since.</param>
/// <param name="Voters">Who signed the link, ascending.</param>
/// <param name="VotedStake">Their weight: at least two thirds of the total that counts.</param>
/// <param name="TotalStake">Of those who by that state vote in the target's epoch.</param>
/// <param name="Uncounted">
/// What of the total does not count: of validators who did not sign and whom the other history may have let go, because they are
/// proven guilty or asked to leave. Zero where two thirds of the whole signed.
/// </param>
/// <param name="Proof">Their votes, each with its signature, as anybody can check them; where the link spans two epochs also
/// those for the one between.</param>
/// <param name="Slashable">Those who vote in the target's epoch, or did, against whom there is evidence of a slashable offence,
/// ascending.</param>
public sealed record FinalityConflict(
    Checkpoint Ours,
    Checkpoint Theirs,
    Checkpoint Target,
    SealedHeader? LastShared,
    Checkpoint WeighedAt,
    bool HasLeaked,
    IReadOnlyList<int> Voters,
    Gwei VotedStake,
    Gwei TotalStake,
    Gwei Uncounted,
    IReadOnlyList<IndexedAttestation> Proof,
    IReadOnlyList<int> Slashable)
{
    /// <summary>Both histories as peers are shown them, so that each can prove the one that it has not.</summary>
    public IReadOnlyList<FinalityProof> Histories { get; init; } = [];

    private const int NamesShown = 10;
    private const decimal GweiPerEther = 1_000_000_000m;

    // In the file between the message and the histories.
    private const int ItemsBetween = 11;

    /// <summary>What happened, what it means and what to do, for a person.</summary>
    public string Message =>
        $"Two histories of this chain were both made final although they exclude each other, so this node has stopped. "
        + $"Ours is final at {Full(Ours)}; the other at {Full(Theirs)}. "
        + $"The other is no mere claim: validators with {Ether(VotedStake)} of {Ether(Counted)} ether "
            + $"({100m * VotedStake.Amount / Counted.Amount:0.0} %) "
        + $"of the stake on this node's chain as of {WeighedAt}{Exception()} signed the votes that make it final, and their "
            + $"signatures were checked. "
        + (HasLeaked
            ? "Each side went on alone until the other's validators had leaked away, so that nobody need have broken a rule. "
            : "That cannot happen unless validators with a third of the stake broke the rules. ")
        + $"{Guilt()} "
        + "No program can tell which history counts: people have to agree on it. "
        + $"Until then trust no payment{Since()}; then start a node with empty data from a checkpoint of the history that you "
            + $"agreed on.";

    /// <summary>
    /// The conflict for a file: RLP of [message, ours, theirs, target, weighed at, 1 if by leaked stake, [hash of the last shared
    /// block, if known], voted stake, total stake, uncounted stake, [slashable validator …], [indexed attestation …], [proof of a
    /// history …]]. With the registry at the checkpoint weighed at anybody can check the votes and weigh them.
    /// </summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(4096);
        rlp.StartList();
        rlp.Write(Message);
        foreach (var checkpoint in new[] { Ours, Theirs, Target, WeighedAt }) checkpoint.WriteTo(rlp);
        rlp.Write(HasLeaked ? 1UL : 0UL);
        StakeRlp.WriteList<Hash256>(rlp, LastShared is null ? [] : [LastShared.Hash], static (hash, to) => to.Write(hash));
        rlp.Write(VotedStake.Amount);
        rlp.Write(TotalStake.Amount);
        rlp.Write(Uncounted.Amount);
        StakeRlp.WriteList(rlp, Slashable, static (validator, to) => to.Write(validator));
        StakeRlp.WriteList(rlp, Proof, static (votes, to) => votes.WriteTo(to));
        StakeRlp.WriteList(rlp, Histories, static (history, to) => history.WriteTo(to));
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>The message and the histories of a conflict that was written to a file.</summary>
    /// <exception cref="RlpException">Not such a file.</exception>
    public static (string Message, IReadOnlyList<FinalityProof> Histories) ReadHistories(ReadOnlySpan<byte> encoded)
    {
        var outer = new RlpReader(encoded);
        var rlp = outer.ReadList();
        var message = System.Text.Encoding.UTF8.GetString(rlp.ReadBytes());
        for (var i = 0; i < ItemsBetween; i++) rlp.ReadItem();
        return (message, StakeRlp.ReadList(ref rlp, FinalityProof.Read));
    }

    private Gwei Counted => TotalStake - Uncounted;

    // As a node takes it that is to begin from it.
    private static string Full(Checkpoint checkpoint) => $"checkpoint {checkpoint.Epoch.Number}:{checkpoint.Root}";

    private static string Ether(Gwei amount) => $"{amount.Amount / GweiPerEther:0.#########}";

    private string Exception() =>
        (HasLeaked ? ", as the inactivity leak would have left it on the other side," : "") + (Uncounted == Gwei.Zero ? ""
        : $", without {Ether(Uncounted)} ether of validators who did not sign and may be gone from the other history, because "
            + $"they are proven guilty or asked to leave,");

    private string Since() =>
        LastShared is { } shared
        ? $" made after {shared}, the last block that both have"
        : ", because no peer could show where the other history leaves this one";

    private string Guilt()
    {
        if (Slashable.Count == 0) return "Nobody is proven guilty by what this node heard so far.";
        var names = string.Join(", ", Slashable.Take(NamesShown))
            + (Slashable.Count > NamesShown ? $" and {Slashable.Count - NamesShown} more" : "");
        return Slashable.Count == 1
            ? $"Validator {names} is proven guilty: it signed messages that contradict each other."
            : $"{Slashable.Count} validators are proven guilty, having signed messages that contradict each other: {names}.";
    }
}
