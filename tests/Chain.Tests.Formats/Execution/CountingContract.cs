using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// A native contract for tests: counts its calls in slot 0 and logs the caller. The first byte of the data asks for more:
/// 1 fails after having changed state, 2 claims more gas than it got.
/// </summary>
internal sealed class CountingContract : INativeContract
{
    public const ulong Gas = 5_000;

    public static readonly Address At = Address.Parse("0x00000000000000000000000000000000c0ffee00");

    public static readonly Hash256 Topic = Keccak256.Hash("Counted(address)"u8);

    public Address Address => At;

    public NativeCallOutcome Call(NativeCall call)
    {
        if (call.State.GetNonce(At) == 0) call.State.SetNonce(At, 1);
        var count = call.State.GetStorage(At, Hash256.Zero) + 1;
        call.State.SetStorage(At, Hash256.Zero, count);
        return call.Data.Span switch
        {
            [1, ..] => new NativeCallOutcome.Failed(Gas, "asked to fail"),
            [2, ..] => new NativeCallOutcome.Succeeded(call.GasAvailable + 1, [], ReadOnlyMemory<byte>.Empty),
            _ => new NativeCallOutcome.Succeeded(Gas, [new Log(At, [Topic], call.Caller.ToArray())], count.ToHash256().ToArray()),
        };
    }
}
