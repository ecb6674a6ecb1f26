using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What keys signed, in the form in which clients hand it to each other (EIP-3076).</summary>
/// <param name="GenesisValidatorsRoot">Which chain it is of; with us the hash of the genesis block.</param>
/// <param name="Data">By key; one key may come several times.</param>
public sealed record SigningInterchange(Hash256 GenesisValidatorsRoot, IReadOnlyList<SigningInterchangeKey> Data);

/// <summary>What one key signed.</summary>
/// <param name="PublicKey">The key's bytes, whatever they mean.</param>
public sealed record SigningInterchangeKey(byte[] PublicKey, IReadOnlyList<KnownProposal> SignedBlocks,
    IReadOnlyList<KnownVote> SignedAttestations);

/// <summary>What an import did.</summary>
/// <param name="Keys">Keys in the file.</param>
/// <param name="NewKeys">Keys of these that were not known before.</param>
/// <param name="NewBlocks">Blocks that were not known before.</param>
/// <param name="NewAttestations">Attestations that were not known before.</param>
/// <param name="Conflicts">Entries that would have been refused as requests: they were signed elsewhere and are kept all the
/// same.</param>
public sealed record SigningImport(int Keys, int NewKeys, int NewBlocks, int NewAttestations,
    IReadOnlyList<SigningConflict> Conflicts);

/// <summary>
/// An imported entry that conflicts with what is known otherwise, or may: without signing roots the same message cannot be told
/// from another.
/// </summary>
public sealed record SigningConflict(byte[] PublicKey, SigningRefusal Refusal);

/// <summary>An interchange file cannot be taken. The message names the field and the value; nothing was imported.</summary>
public sealed class SigningInterchangeException(string message, Exception? inner = null) : TestnetException(message, inner);
