using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// A stake state as bytes, one encoding for each state: the RLP list of its parts (<see cref="StakeStatePart"/>). The settings
/// are not among them; who decodes must know them.
/// </summary>
public static class StakeStateCodec
{
    public static byte[] Encode(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var rlp = new RlpWriter(4096 + (state.ValidatorCount * 256));
        rlp.StartList();
        foreach (var part in StakeStatePart.All) part.Write(state, rlp);
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>Reads a state of a chain with these settings. What it allocates is bounded by the length of the input.</summary>
    /// <exception cref="RlpException">Not canonical, columns of different lengths, rings of other lengths than the settings', or
    /// values that no state has.</exception>
    public static StakeState Decode(ReadOnlySpan<byte> bytes, ProofOfStakeSettings settings)
    {
        var outer = new RlpReader(bytes);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        var state = StakeState.Empty(settings);
        foreach (var part in StakeStatePart.All) part.Read(state, ref rlp);
        rlp.ExpectEnd();
        if (state.NextWithdrawalValidatorIndex >= Math.Max(1, state.ValidatorCount))
        {
            throw new RlpException($"The next withdrawal is said to be of validator {state.NextWithdrawalValidatorIndex} of "
                + $"{state.ValidatorCount}.");
        }

        return state;
    }

    /// <summary>
    /// What a block commits to: keccak256 of the RLP list of the parts' roots, so that two nodes whose roots differ can compare
    /// <see cref="ComputePartRoots"/> and say where.
    /// </summary>
    public static Hash256 ComputeRoot(this StakeState state)
    {
        var rlp = new RlpWriter(StakeStatePart.All.Count * (Hash256.Size + 1) + 8);
        rlp.StartList();
        foreach (var part in state.ComputePartRoots()) rlp.Write(part.Root);
        rlp.EndList();
        return rlp.ToKeccak256();
    }

    /// <summary>
    /// The parts' names and roots, in their order. A part's root is keccak256 of its RLP; of the identities, of the RLP string of
    /// their roots.
    /// </summary>
    public static IReadOnlyList<StakePartRoot> ComputePartRoots(this StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var rlp = new RlpWriter(16 + (state.ValidatorCount * Hash256.Size));
        var roots = new StakePartRoot[StakeStatePart.All.Count];
        for (var i = 0; i < roots.Length; i++)
        {
            var part = StakeStatePart.All[i];
            rlp.Clear();
            part.WriteForRoot(state, rlp);
            roots[i] = new StakePartRoot(part.Name, rlp.ToKeccak256());
        }

        return roots;
    }
}

/// <summary>The root of one part of a stake state.</summary>
/// <param name="Name">"scalars", or the column's or ring's name.</param>
public readonly record struct StakePartRoot(string Name, Hash256 Root);
