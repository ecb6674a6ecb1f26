using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// A contract written in C# and fixed by the chain's rules (the deposit contract of proof of stake). It must be deterministic
/// and may keep state only in its own account's storage, so that a reverted call leaves nothing behind.
/// </summary>
public interface INativeContract
{
    /// <summary>Where it is called.</summary>
    Address Address { get; }

    /// <summary>Runs a call. The value has been transferred already.</summary>
    NativeCallOutcome Call(NativeCall call);
}

/// <summary>A call of a native contract by a transaction.</summary>
/// <param name="Caller">The sender of the transaction.</param>
/// <param name="Value">Wei, already on the contract's account.</param>
/// <param name="Data">The transaction's data.</param>
/// <param name="GasAvailable">What is left after intrinsic gas.</param>
/// <param name="Block">The block that the transaction stands in.</param>
/// <param name="State">The accounts; the contract changes its own.</param>
public sealed record NativeCall(Address Caller, UInt256 Value, ReadOnlyMemory<byte> Data, ulong GasAvailable, BlockContext Block,
    WorldState State);

/// <summary>How a native call ended.</summary>
/// <param name="GasUsed">Beside intrinsic gas. More than was available makes the call fail with all gas used.</param>
public abstract record NativeCallOutcome(ulong GasUsed)
{
    /// <summary>The call stands.</summary>
    public sealed record Succeeded(ulong GasUsed, IReadOnlyList<Log> Logs,
        ReadOnlyMemory<byte> Output) : NativeCallOutcome(GasUsed);

    /// <summary>All its effects and the transfer are taken back; the fee is paid and the receipt has status 0.</summary>
    public sealed record Failed(ulong GasUsed, string Reason) : NativeCallOutcome(GasUsed);
}

/// <summary>The native contracts of a chain, by address.</summary>
public sealed class NativeContracts
{
    public static readonly NativeContracts None = new([]);

    private readonly Dictionary<Address, INativeContract> _byAddress;

    /// <exception cref="ArgumentException">Two contracts with one address.</exception>
    public NativeContracts(IEnumerable<INativeContract> contracts) =>
        _byAddress = contracts.ToDictionary(contract => contract.Address);

    /// <summary>The contract at the address; null for none.</summary>
    public INativeContract? Find(Address address) => _byAddress.GetValueOrDefault(address);
}
