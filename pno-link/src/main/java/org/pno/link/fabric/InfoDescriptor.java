package org.pno.link.fabric;

/**
 * Layout of {@code struct fi_info} and of the attributes that it points to, as libfabric's ABI has them on machines of
 * 64 bits. What we neither set nor read is left out.
 *
 * <pre>
 *   fi_info         0 next | 8 caps | 16 mode | 24 addr_format u32 | 32 src_addrlen | 40 dest_addrlen
 *                  48 src_addr | 56 dest_addr | 64 handle | 72 tx_attr | 80 rx_attr | 88 ep_attr
 *                  96 domain_attr | 104 fabric_attr | 112 nic
 *   fi_tx_attr      0 caps | 8 mode | 16 op_flags | 24 msg_order | 32 comp_order | 40 inject_size | 48 size
 *   fi_ep_attr      0 type u32 | 4 protocol u32 | 8 protocol_version u32 | 16 max_msg_size
 *   fi_domain_attr  0 domain | 8 name | 16 threading u32 | 20 control_progress u32 | 24 data_progress u32
 *                  28 resource_mgmt u32 | 32 av_type u32 | 36 mr_mode u32 | 40 mr_key_size
 *   fi_fabric_attr  0 fabric | 8 name | 16 prov_name | 24 prov_version u32 | 28 api_version u32
 * </pre>
 */
final class InfoDescriptor {
    static final int NEXT_OFFSET = 0;
    static final int CAPS_OFFSET = 8;
    static final int MODE_OFFSET = 16;
    static final int TX_ATTR_OFFSET = 72;
    static final int EP_ATTR_OFFSET = 88;
    static final int DOMAIN_ATTR_OFFSET = 96;
    static final int FABRIC_ATTR_OFFSET = 104;

    static final int TX_OP_FLAGS_OFFSET = 16;

    static final int EP_TYPE_OFFSET = 0;
    static final int EP_MAX_MSG_SIZE_OFFSET = 16;

    static final int DOMAIN_NAME_OFFSET = 8;
    static final int DOMAIN_DATA_PROGRESS_OFFSET = 24;
    static final int DOMAIN_MR_MODE_OFFSET = 36;
    static final int DOMAIN_MR_KEY_SIZE_OFFSET = 40;

    static final int FABRIC_PROV_NAME_OFFSET = 16;

    /** Capabilities. */
    static final long FI_RMA = 1L << 2;

    static final long FI_ATOMIC = 1L << 4;
    static final long FI_READ = 1L << 8;
    static final long FI_WRITE = 1L << 9;
    static final long FI_REMOTE_READ = 1L << 12;
    static final long FI_REMOTE_WRITE = 1L << 13;

    /** Modes: an operation's context is memory of four or eight pointers, which the provider may use. */
    static final long FI_CONTEXT = 1L << 59;

    static final long FI_CONTEXT2 = 1L << 52;

    /** A write's completion means that the bytes are in the target's memory. */
    static final long FI_DELIVERY_COMPLETE = 1L << 28;

    /** For fi_getinfo: the node is our own address. */
    static final long FI_SOURCE = 1L << 57;

    static final long FI_NUMERICHOST = 1L << 55;

    static final int FI_EP_RDM = 3;

    static final int FI_PROGRESS_AUTO = 1;
    static final int FI_PROGRESS_MANUAL = 2;

    /** Local buffers must be registered. */
    static final int FI_MR_LOCAL = 1 << 2;

    /** Remote memory is named by its virtual address there, not by the offset in its registration. */
    static final int FI_MR_VIRT_ADDR = 1 << 4;

    /** Registered memory is backed by pages. */
    static final int FI_MR_ALLOCATED = 1 << 5;

    /** The provider chooses keys. */
    static final int FI_MR_PROV_KEY = 1 << 6;

    private InfoDescriptor() {}
}
