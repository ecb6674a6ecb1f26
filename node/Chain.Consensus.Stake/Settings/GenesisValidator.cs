using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A validator that exists from the start.</summary>
/// <param name="PublicKey">Its key on secp256k1: x ‖ y, 64 bytes.</param>
/// <param name="RandaoCommitment">The outermost layer of its hash onion, which belongs to epoch 0.</param>
/// <param name="WithdrawalAddress">Where its stake goes in the end; null for nowhere.</param>
/// <param name="BalanceGwei">Its stake in Gwei. From <see cref="ProofOfStakeSettings.MaxEffectiveBalance"/> on it is active at
/// once, with less it waits for a deposit.</param>
public sealed record GenesisValidator(ReadOnlyMemory<byte> PublicKey, Hash256 RandaoCommitment, Address? WithdrawalAddress,
    ulong BalanceGwei);
