using Chain.Primitives;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Chain.Mining.Gpu;

/// <summary>
/// One accelerator. Each of the two slots has a stream and buffers of its own, so that a launch runs while the host looks at the
/// one before.
/// </summary>
internal sealed class IlgpuDevice : IKernelDevice
{
    private const int GroupSize = 256;

    private readonly MemoryBuffer1D<ulong, Stride1D.Dense> _constants;
    private readonly Action<AcceleratorStream, Index1D, KernelJob, int, ArrayView<ulong>, ArrayView<int>, ArrayView<int>> _kernel;
    private readonly Slot[] _slots;

    /// <param name="context">ILGPU's context, which must outlive this.</param>
    /// <param name="device">The device to open.</param>
    /// <param name="threads">Threads of a launch; null for as many as the device holds at once.</param>
    public IlgpuDevice(Context context, Device device, int? threads)
    {
        var accelerator = device.CreateAccelerator(context);
        Name = accelerator.Name;
        var groupSize = Math.Min(GroupSize, accelerator.MaxNumThreadsPerGroup);
        Threads = threads ?? Math.Max(accelerator.MaxNumThreads / groupSize, 1) * groupSize;
        _constants = accelerator.Allocate1D(KeccakF1600.RoundConstants.ToArray());
        _kernel = accelerator is CudaAccelerator
            ? accelerator.LoadImplicitlyGroupedKernel<Index1D, KernelJob, int, ArrayView<ulong>, ArrayView<int>, ArrayView<int>>(
                Search<FunnelRotate>, groupSize)
            : accelerator.LoadImplicitlyGroupedKernel<Index1D, KernelJob, int, ArrayView<ulong>, ArrayView<int>, ArrayView<int>>(
                Search<PlainRotate>, groupSize);
        _slots = [new Slot(accelerator, Threads), new Slot(accelerator, Threads)];
    }

    public string Name { get; }

    public int Threads { get; }

    public void Start(int slot, KernelJob job)
    {
        try
        {
            var buffers = _slots[slot];
            buffers.Mark++;
            _kernel(buffers.Stream, Threads, job, buffers.Mark, _constants.View, buffers.Any.View, buffers.Candidates.View);
            buffers.Any.View.BaseView.CopyToPageLockedAsync(buffers.Stream, buffers.AnyOnHost);
        }
        catch (Exception e) when (Failures.IsOne(e))
        {
            throw new DeviceException($"a launch failed: {e.Message}", e);
        }
    }

    public IReadOnlyList<int> Finish(int slot)
    {
        try
        {
            var buffers = _slots[slot];
            buffers.Stream.Synchronize();
            return buffers.AnyOnHost.Span[0] == buffers.Mark ? buffers.MarkedThreads() : [];
        }
        catch (Exception e) when (Failures.IsOne(e))
        {
            throw new DeviceException($"a launch did not come back: {e.Message}", e);
        }
    }

    // Plain stores: every thread has a word of its own, and all that write the common one write the same.
    internal static void Search<TRotate>(
        Index1D thread, KernelJob job, int mark, ArrayView<ulong> constants, ArrayView<int> any, ArrayView<int> candidates)
        where TRotate : struct, IRotate
    {
        if (!KeccakKernel.Search<TRotate, BufferConstants>(job, thread, new BufferConstants(constants))) return;
        candidates[thread] = mark;
        any[0] = mark;
    }

    private readonly struct BufferConstants(ArrayView<ulong> view) : IRoundConstants
    {
        private readonly ArrayView<ulong> _view = view;

        public ulong Of(int round) => _view[round];
    }

    // The mark is the launch's number: what older launches left in the buffers never equals it, so nothing is cleared.
    private sealed class Slot(Accelerator accelerator, int threads)
    {
        public AcceleratorStream Stream { get; } = accelerator.CreateStream();

        public MemoryBuffer1D<int, Stride1D.Dense> Any { get; } = Zeroed(accelerator, 1);

        public MemoryBuffer1D<int, Stride1D.Dense> Candidates { get; } = Zeroed(accelerator, threads);

        public PageLockedArray1D<int> AnyOnHost { get; } = accelerator.AllocatePageLocked1D<int>(1);

        public int Mark { get; set; }

        public List<int> MarkedThreads()
        {
            var marks = new int[threads];
            Candidates.View.BaseView.CopyToCPU(Stream, marks);
            var marked = new List<int>();
            for (var thread = 0; thread < marks.Length; thread++)
            {
                if (marks[thread] == Mark) marked.Add(thread);
            }

            return marked;
        }

        private static MemoryBuffer1D<int, Stride1D.Dense> Zeroed(Accelerator accelerator, int length)
        {
            var buffer = accelerator.Allocate1D<int>(length);
            buffer.MemSetToZero();
            accelerator.Synchronize();
            return buffer;
        }
    }
}
