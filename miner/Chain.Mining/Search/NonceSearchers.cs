using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>The engines of this processor.</summary>
public static class NonceSearchers
{
    private static readonly (INonceSearcher Engine, string Needs, bool Runs)[] Engines =
    [
        (new LaneSearcher<Vector512Ops, Vector512<ulong>>("avx512"), "AVX-512F and AVX2", Avx512F.IsSupported && Avx2.IsSupported),
        (new LaneSearcher<Vector256TernaryOps, Vector256<ulong>>("avx512vl"), "AVX-512VL", Avx512F.VL.IsSupported),
        (new LaneSearcher<Vector256Ops, Vector256<ulong>>("avx2"), "AVX2", Avx2.IsSupported),
        (new LaneSearcher<Vector128Ops, Vector128<ulong>>("advsimd"), "Arm AdvSimd", AdvSimd.IsSupported),
        (new LaneSearcher<ScalarOps, ulong>("scalar"), "nothing", true),
    ];

    /// <summary>The fastest engine that this processor runs.</summary>
    public static INonceSearcher Best => Available()[0];

    /// <summary>Every engine that this processor runs, the fastest first; the last is the plain scalar one.</summary>
    public static IReadOnlyList<INonceSearcher> Available() => Engines.Where(entry => entry.Runs).Select(entry => entry.Engine).ToArray();

    /// <summary>The engines that this processor does not run, and which instructions they need.</summary>
    public static IReadOnlyList<(string Name, string Needs)> Unavailable() =>
        Engines.Where(entry => !entry.Runs).Select(entry => (entry.Engine.Name, entry.Needs)).ToArray();

    /// <summary>Every engine. Those that are not <see cref="Available"/> give the same results slowly, by plain operators in
    /// place of their instructions, so that tests can judge all but these instructions.</summary>
    internal static IReadOnlyList<INonceSearcher> All() => Engines.Select(entry => entry.Engine).ToArray();
}
