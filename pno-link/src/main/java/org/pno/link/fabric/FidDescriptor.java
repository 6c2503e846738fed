package org.pno.link.fabric;

/**
 * Layout of libfabric's objects and of the tables with their functions. Each table starts with its own size, so that a
 * library which has less says so.
 *
 * <pre>
 *   fid             0 fclass | 8 context | 16 ops
 *   fid_fabric      0 fid | 24 ops | 32 api_version u32
 *   fid_domain      0 fid | 24 ops | 32 mr
 *   fid_av, fid_cq  0 fid | 24 ops
 *   fid_mr          0 fid | 24 mem_desc | 32 key
 *   fid_ep          0 fid | 24 ops | 32 cm | 40 msg | 48 rma | 56 tagged | 64 atomic | 72 collective
 *
 *   fi_ops          0 size | 8 close | 16 bind | 24 control
 *   fi_ops_fabric   0 size | 8 domain | 16 passive_ep | 24 eq_open | 32 wait_open | 40 trywait
 *   fi_ops_domain   0 size | 8 av_open | 16 cq_open | 24 endpoint
 *   fi_ops_mr       0 size | 8 reg
 *   fi_ops_av       0 size | 8 insert | 16 insertsvc | 24 insertsym | 32 remove
 *   fi_ops_cq       0 size | 8 read | 16 readfrom | 24 readerr
 *   fi_ops_cm       0 size | 8 setname | 16 getname
 *   fi_ops_rma      0 size | 8 read | 16 readv | 24 readmsg | 32 write
 *   fi_ops_atomic   0 size | 8 write | 16 writev | 24 writemsg | 32 inject | 40 readwrite | 48 readwritev
 *                  56 readwritemsg | 64 compwrite | 72 compwritev | 80 compwritemsg | 88 writevalid
 *                  96 readwritevalid
 *
 *   fi_cq_attr      0 size | 8 flags | 16 format u32 | 20 wait_obj u32 | 24 signaling_vector u32
 *                  28 wait_cond u32 | 32 wait_set
 *   fi_av_attr      0 type u32 | 4 rx_ctx_bits u32 | 8 count | 16 ep_per_node | 24 name | 32 map_addr | 40 flags
 *   fi_cq_err_entry 0 op_context | 8 flags | 16 len | 24 buf | 32 data | 40 tag | 48 olen | 56 err u32
 *                  60 prov_errno u32 | 64 err_data | 72 err_data_size
 * </pre>
 */
final class FidDescriptor {
    static final int OPS_OFFSET = 16;
    /** Of a fabric, a domain, an address vector and a completion queue. */
    static final int OWN_OPS_OFFSET = 24;

    static final int DOMAIN_MR_OFFSET = 32;
    static final int MR_MEM_DESC_OFFSET = 24;
    static final int MR_KEY_OFFSET = 32;
    static final int EP_CM_OFFSET = 32;
    static final int EP_RMA_OFFSET = 48;
    static final int EP_ATOMIC_OFFSET = 64;

    static final int CLOSE_OFFSET = 8;
    static final int BIND_OFFSET = 16;
    static final int CONTROL_OFFSET = 24;

    static final int FABRIC_DOMAIN_OFFSET = 8;
    static final int FABRIC_TRYWAIT_OFFSET = 40;

    static final int DOMAIN_AV_OPEN_OFFSET = 8;
    static final int DOMAIN_CQ_OPEN_OFFSET = 16;
    static final int DOMAIN_ENDPOINT_OFFSET = 24;

    static final int MR_REG_OFFSET = 8;

    static final int AV_INSERT_OFFSET = 8;
    static final int AV_REMOVE_OFFSET = 32;

    static final int CQ_READ_OFFSET = 8;
    static final int CQ_READERR_OFFSET = 24;

    static final int CM_GETNAME_OFFSET = 16;

    static final int RMA_READ_OFFSET = 8;
    static final int RMA_WRITE_OFFSET = 32;

    static final int ATOMIC_WRITE_OFFSET = 8;
    static final int ATOMIC_READWRITE_OFFSET = 40;
    static final int ATOMIC_READWRITEVALID_OFFSET = 96;

    static final int CQ_ATTR_SIZE_OFFSET = 0;
    static final int CQ_ATTR_FORMAT_OFFSET = 16;
    static final int CQ_ATTR_WAIT_OBJ_OFFSET = 20;
    static final int CQ_ATTR_BYTES = 40;

    static final int AV_ATTR_TYPE_OFFSET = 0;
    static final int AV_ATTR_COUNT_OFFSET = 8;
    static final int AV_ATTR_BYTES = 48;

    static final int CQ_ERR_CONTEXT_OFFSET = 0;
    static final int CQ_ERR_ERR_OFFSET = 56;
    static final int CQ_ERR_PROV_ERRNO_OFFSET = 60;
    static final int CQ_ERR_BYTES = 80;

    /** Commands of fi_control. */
    static final int FI_GETWAIT = 5;

    static final int FI_ENABLE = 6;

    static final int FI_AV_TABLE = 2;
    static final int FI_CQ_FORMAT_CONTEXT = 1;
    static final int FI_WAIT_NONE = 0;
    static final int FI_WAIT_FD = 3;

    /** Flags of fi_ep_bind: which completions a queue takes. */
    static final long FI_RECV = 1L << 10;

    static final long FI_TRANSMIT = 1L << 11;

    static final int FI_UINT64 = 7;
    static final int FI_ATOMIC_READ = 10;
    static final int FI_ATOMIC_WRITE = 11;

    /** A table's own size stands at its start. */
    static final int TABLE_SIZE_OFFSET = 0;

    private FidDescriptor() {}
}
