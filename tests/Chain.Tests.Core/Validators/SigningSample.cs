using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Keys and requests for tests of signing.</summary>
internal static class SigningSample
{
    public static readonly Hash256 Genesis = Keccak256.Hash("genesis"u8);

    public static PrivateKey PrivateKeyOf(int number) => new(Enumerable.Repeat((byte)number, PrivateKey.Size).ToArray());

    public static ValidatorKey KeyOf(int number) => new(PrivateKeyOf(number).PublicKey);

    public static Hash256 Root(int number) =>
        Keccak256.Hash([(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)]);

    public static SigningRequest Block(ulong slot, int root, int key = 1) =>
        new StakeSigningRequest.Proposal(KeyOf(key), Root(root), new Slot(slot));

    public static SigningRequest Vote(ulong source, ulong target, int root, int key = 1) =>
        new StakeSigningRequest.Vote(KeyOf(key), Root(root), new Epoch(source), new Epoch(target));

    /// <summary>The same history, to which these keys are known as new.</summary>
    public static T Knowing<T>(this T history, params int[] keys)
        where T : ISigningHistory
    {
        history.Register([.. keys.Select(key => new StakeSigningRequest.Registration(KeyOf(key), null, null))]);
        return history;
    }

    public static SigningRefusal? Ask(this ISigningHistory history, SigningRequest request) =>
        history.CheckAndInsert([request])[0];

    /// <summary>
    /// The naive rule over a pair of signed messages: by one key, different, and two blocks in one slot, or two votes with one
    /// target or one around the other.
    /// </summary>
    public static bool AreSlashable(SigningRequest first, SigningRequest second)
    {
        if (!first.Key.Equals(second.Key) || first == second) return false;
        return (first, second) switch
        {
            (StakeSigningRequest.Proposal one, StakeSigningRequest.Proposal other) => one.Slot == other.Slot,
            (StakeSigningRequest.Vote one, StakeSigningRequest.Vote other) =>
                one.Target == other.Target
                || (one.Source < other.Source && one.Target > other.Target)
                || (other.Source < one.Source && other.Target > one.Target),
            _ => false,
        };
    }
}
